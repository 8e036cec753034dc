
-- What every script shares. Time is Redis's own, in microseconds: one clock for all machines.
-- KEYS[1] is the job's hash where a script is about one job; all other keys share its hash tag.
--
-- The hash of a job, job:<job_id>: each field, who writes it, when it goes.
--   v               1, of this list. remember, refuse; goes at the end
--   owner           the name of the key that sent the job. remember
--   id              the caller's own name for the request, if it has one. remember
--   accepted        when the gate let the job in. remember
--   timeout         seconds that it may run. remember; goes at the end
--   webhook_url     who is told its end, if anybody is. remember
--   wide            1 when it came by /v1/jobs: its replies say so. remember
--   start_within    seconds after its acceptance within which it must start, if it has such. remember; goes with claim and at the end
--   idempotency     the Redis key that promises this job to a repeat, if one does. remember
--   files           the kept files that it reads, with commas, if it reads some. remember; goes at the end
--   batch, index, round  its batch, its place there from 0 on, and which time of running it. remember
--   held_by         the batch that holds it back, if one does. hold, leave_lanes
--   watchers        gateways whose callers wait, with commas. remember, watch, leave, unwatch; goes at the end
--   caller          1 while the caller that sent it waits. admit; goes with a 202 (watch) and at the end
--   state           where it is: JobState.java has the moves. Whoever moves it
--   attempt         starts so far. remember, claim; beat and finish where Redis had forgotten some
--   environment     the key of the packages that it waits for, while it does. prepare; leave_lanes
--   lane, queued_at where it waits, and since when. wait_in_lane; go at the end
--   record          where its record is in the log. claim, beat, restore, settle
--   worker          who runs it. claim, beat; goes when it waits again (wait_in_lane) and at the end
--   started         when its attempt began. claim, beat, finish; goes when it waits again (wait_in_lane)
--   restored        1 while it is known from the log alone. restore; goes with claim, beat, unclaimed, the end
--   sandbox_failed, worker_lost  how often our fault ended an attempt. give_back; go at the end
--   result_of       the attempt that the result is of. finish
--   finished, status, times  when it ended, the reply's HTTP status and its times. finish_job
--   reason          why it failed, where that is not the program's own doing. finish_job
--   reply_at        where its reply is in the log of replies, when it is not in reply:<job_id>. finish_job
--   keep            seconds that it is kept once its webhook is in the log. finish_job, with a webhook only
-- The hash itself goes when its result's time is over (finish_job, published, write_back), with its refusal's
-- (refuse), or when settle finds that the job never was. The end is finish_job: see WHILE_ALIVE.
local P = '{millrace}:'
local FIRST, BULK = P .. 'lane:first', P .. 'lane:bulk'
-- Jobs that a running limit holds back, their owner's or their batch's: they wait, but no worker need look for them.
local HELD, HOLDERS = P .. 'held', P .. 'held:owners'
-- Jobs that wait for their packages: prelude_packages.lua.
local PREPARING = P .. 'preparing'
-- Jobs that go before what waits: each waits in its lane as well, and has a copy of its record at the lane's end.
local AHEAD = P .. 'ahead'
-- Jobs that must start within a time, by when it is over.
local DEADLINES = P .. 'deadlines'
local RUNNING, OUTBOX, EPOCH = P .. 'running', P .. 'outbox', P .. 'epoch'
-- Which start of Redis the lanes were last compared with, until when (us) Redis surely remembers all
-- that it was told, and the times of acceptance of which it may have forgotten jobs: a window each,
-- its end as the score.
local SERVER, REMEMBERED, DOUBTS = P .. 'server', P .. 'remembered', P .. 'doubts'
-- Microseconds that a clock may be set back by, and that the clocks of two machines may be apart.
local CLOCK_STEP, CLOCK_SKEW = 5000000, 60000000
-- What is done for batches alone: prelude_batch.lua fills this in.
local batches = {}
local DRAIN_BUCKET, DRAIN_BUCKETS = 5, 6
-- Seconds that a job's record may be in the log, and a copy of it after that: retention, twice.
local RECORD_TTL = 1209600

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function text(number)
  return string.format('%.0f', number)
end

-- How many connections of this server listen on a worker's channel: none from the moment in which it dies.
local function subscribers(worker)
  local answer = redis.pcall('PUBSUB', 'NUMSUB', P .. 'kills:' .. worker)
  return tonumber(answer[2]) or 0
end

local function queue_length()
  return redis.call('ZCARD', FIRST) + redis.call('ZCARD', BULK) + redis.call('ZCARD', HELD)
    + redis.call('ZCARD', PREPARING)
end

local function waiting_of(owner) return P .. 'owner:' .. owner .. ':waiting' end
local function running_of(owner) return P .. 'owner:' .. owner .. ':running' end
-- A holder is an owner, or 'batch:' and a batch's id: no owner's name has a colon.
local function is_batch(holder) return string.find(holder, ':', 1, true) end
local function held_of(holder) return P .. (is_batch(holder) and '' or 'owner:') .. holder .. ':held' end
-- Jobs of an owner that its batches hold back, not the owner's own limit.
local function held_in_batches_of(owner) return P .. 'owner:' .. owner .. ':held:batches' end
local function jobs_of(owner) return P .. 'owner:' .. owner .. ':jobs' end
local function limits_of(owner) return P .. 'owner:' .. owner .. ':limits' end
local function stored_of(owner) return P .. 'owner:' .. owner .. ':stored' end

-- With the owner's length in front, no owner can name a key of another's.
local function idempotency_of(owner, key) return P .. 'idempotency:' .. #owner .. ':' .. owner .. ':' .. key end

-- The jobs that wait for an environment.
local function preparing_of(key) return P .. 'environment:' .. key .. ':jobs' end

local function job_of(job_id) return P .. 'job:' .. job_id end

-- The jobs that have not ended and read a kept file, and the sign that it is being deleted.
local function readers_of(file_id) return P .. 'file:' .. file_id .. ':readers' end
local function leaving_of(file_id) return P .. 'file:' .. file_id .. ':leaving' end

-- A job as whoever hands it over knows it, in one argument of JSON: Told.java has the names. What is absent is nil;
-- without a job_id it is the job of KEYS[1].
local function told(argument)
  local job = cjson.decode(argument)
  job.job_id = job.job_id or string.sub(KEYS[1], #job_of('') + 1)
  return job
end

-- Promises the job to a repeat with its Idempotency-Key, unless another job is promised already; answers the
-- Redis key that says so.
local function promise(job)
  if not job.idempotency_key then return end
  local key = idempotency_of(job.owner, job.idempotency_key)
  if redis.call('HSETNX', key, 'job_id', job.job_id) == 0 then return end
  redis.call('HSET', key, 'digest', job.body_digest)
  redis.call('EXPIRE', key, job.promised)
  return key
end

-- Keeps the files that a job reads until it ends; answers their names.
local function need_files(job)
  if not job.files then return end
  for _, file_id in ipairs(job.files) do
    redis.call('SADD', readers_of(file_id), job.job_id)
    redis.call('EXPIRE', readers_of(file_id), RECORD_TTL)
  end
  return table.concat(job.files, ',')
end

local function let_go_of_files(job_id, files)
  for file_id in string.gmatch(files or '', '[^,]+') do redis.call('SREM', readers_of(file_id), job_id) end
end

local function note_deadline(job)
  if not job.start_within then return end
  redis.call('ZADD', DEADLINES, text(job.accepted + job.start_within * 1000000), job.job_id)
end

-- Gives a job its hash: here alone is a job born, when it is let in and when Redis has forgotten it. What
-- follows the job are further fields that the script knows, as names and values.
local function remember(job, ...)
  local fields = {'v', 1, 'owner', job.owner, 'accepted', text(job.accepted), 'attempt', 0, 'timeout', job.timeout, ...}
  local function add(name, value)
    if value then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  add('id', job.id)
  add('webhook_url', job.webhook_url)
  add('watchers', job.reply_to)
  add('wide', job.wide)
  add('start_within', job.start_within)
  note_deadline(job)
  -- Of a batch it is the batch that is promised, not each of its jobs.
  if not job.batch then add('idempotency', promise(job)) end
  add('files', need_files(job))
  if job.batch then
    add('batch', job.batch.batch_id)
    add('index', job.batch.index)
    add('round', job.batch.round)
  end
  redis.call('HSET', job_of(job.job_id), unpack(fields))
  if job.batch then batches.place(job) end
end

-- Gives a job of a batch its hash, which is that of another one but for these fields: in a third of the time.
local function remember_alike(job, other, ...)
  redis.call('COPY', job_of(other), job_of(job.job_id))
  redis.call('HSET', job_of(job.job_id), 'index', job.batch.index, ...)
  note_deadline(job)
  need_files(job)
end

local function ended(state)
  return state and state ~= 'preparing' and state ~= 'queued' and state ~= 'running'
end

-- This start of this Redis, as it knows it itself: alone, behind Sentinel, or as a shard of a cluster.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end

-- Whether the lanes were compared with the log since Redis was started, took over, or was emptied.
local function whole()
  return redis.call('EXISTS', EPOCH) == 1 and redis.call('GET', SERVER) == run_id()
end

-- Whether this is an older Redis, or one that may be: it lacks its last writes until the lanes were
-- compared with the log, and every process has told again what it told lately.
local function older()
  local server = redis.call('GET', SERVER)
  return server and redis.call('EXISTS', EPOCH) == 1 and server ~= run_id()
end

-- Redis may have forgotten what was accepted since it last remembered everything. Writes reach the
-- disk and the replicas in order, so that it knows whatever came before that.
local function note_doubt()
  local since = redis.call('EXISTS', EPOCH) == 1 and tonumber(redis.call('GET', REMEMBERED) or 0) or 0
  since = math.max(0, since - CLOCK_STEP)
  redis.call('ZADD', DOUBTS, text(now() + CLOCK_SKEW), text(since))
  redis.call('EXPIRE', DOUBTS, RECORD_TTL)
  return text(since)
end

local function in_doubt(accepted)
  if redis.call('EXISTS', SERVER) == 0 then return true end
  for _, since in ipairs(redis.call('ZRANGEBYSCORE', DOUBTS, text(accepted), '+inf')) do
    if tonumber(since) <= accepted then return true end
  end
  return false
end

-- Of an ended job that Redis may have forgotten once, this much is known for as long as its record
-- may be in the log.
local function tombstone_of(job_id) return P .. 'ended:' .. job_id end

local function bury(job_id, state, accepted)
  if in_doubt(accepted) then redis.call('SET', tombstone_of(job_id), state, 'EX', RECORD_TTL) end
end

-- What it means that a job has no hash: it was forgotten, or (false) it has ended and its time is over.
local function forgotten(job_id, accepted)
  if redis.call('EXISTS', tombstone_of(job_id)) == 1 then return false end
  for _, place in ipairs({FIRST, BULK, HELD, PREPARING, RUNNING}) do
    if redis.call('ZSCORE', place, job_id) then return true end
  end
  if not whole() then note_doubt() end
  return in_doubt(accepted)
end

-- A job waits in one lane, or is held, or neither.
local function leave_lanes(job_id, owner)
  redis.call('ZREM', waiting_of(owner), job_id)
  redis.call('ZREM', AHEAD, job_id)
  if redis.call('ZREM', FIRST, job_id) == 1 or redis.call('ZREM', BULK, job_id) == 1 then return end
  if redis.call('ZREM', PREPARING, job_id) == 1 then
    local key = redis.call('HGET', job_of(job_id), 'environment')
    redis.call('HDEL', job_of(job_id), 'environment')
    if key then redis.call('ZREM', preparing_of(key), job_id) end
  elseif redis.call('ZREM', HELD, job_id) == 1 then
    local batch = redis.call('HGET', job_of(job_id), 'held_by')
    if batch then
      redis.call('HDEL', job_of(job_id), 'held_by')
      redis.call('SREM', held_in_batches_of(owner), job_id)
    end
    local holder = batch or owner
    redis.call('ZREM', held_of(holder), job_id)
    if redis.call('EXISTS', held_of(holder)) == 0 then redis.call('SREM', HOLDERS, holder) end
  end
end

local function enter_lane(job_id, owner, lane, at)
  redis.call('ZADD', P .. 'lane:' .. lane, text(at), job_id)
  redis.call('ZADD', waiting_of(owner), text(at), job_id)
end

local function wait_in_lane(job, job_id, owner, lane, at)
  leave_lanes(job_id, owner)
  redis.call('HSET', job, 'state', 'queued', 'lane', lane, 'queued_at', text(at))
  redis.call('HDEL', job, 'started', 'worker')
  enter_lane(job_id, owner, lane, at)
  local place = redis.call('HMGET', job, 'batch', 'index')
  if place[1] then batches.count(place[1], place[2], job_id, 'queued') end
end

-- A job that ran before, or was held, need not wait behind what came after it, from that time on.
local function go_ahead(job_id, at)
  redis.call('ZADD', AHEAD, text(at), job_id)
  redis.call('PUBLISH', AHEAD, job_id)
end

local function hold(job_id, owner, holder, at)
  leave_lanes(job_id, owner)
  redis.call('ZADD', HELD, text(at), job_id)
  redis.call('ZADD', held_of(holder), text(at), job_id)
  redis.call('ZADD', waiting_of(owner), text(at), job_id)
  redis.call('SADD', HOLDERS, holder)
  if is_batch(holder) then
    redis.call('HSET', job_of(job_id), 'held_by', holder)
    redis.call('SADD', held_in_batches_of(owner), job_id)
  end
end

local function leave_slot(job_id, owner)
  redis.call('ZREM', RUNNING, job_id)
  redis.call('SREM', running_of(owner), job_id)
end

-- How many more jobs of an owner may run now; no limit is a large number.
local function room_of(owner)
  local limit = tonumber(redis.call('HGET', limits_of(owner), 'running') or 0)
  if limit == 0 then return 1000000 end
  local room = limit - redis.call('SCARD', running_of(owner))
  if room > 0 then return room end
  -- One whose hash vanished left without a word to its owner's count.
  for _, job_id in ipairs(redis.call('SMEMBERS', running_of(owner))) do
    if not redis.call('ZSCORE', RUNNING, job_id) then redis.call('SREM', running_of(owner), job_id) end
  end
  return limit - redis.call('SCARD', running_of(owner))
end

local function room_for(holder)
  return is_batch(holder) and batches.room(holder) or room_of(holder)
end

-- Puts the longest held job of a holder back into its lane; answers it and its record's address, which
-- must be enqueued again, or '' when none may go on.
local function resume_held(holder)
  local job_id = redis.call('ZRANGE', held_of(holder), 0, 0)[1]
  if not job_id or room_for(holder) <= 0 then return '' end
  local job = job_of(job_id)
  local fields = redis.call('HMGET', job, 'lane', 'record', 'owner')
  local owner = fields[3] or holder
  if not fields[2] then
    leave_lanes(job_id, owner)
    return ''
  end
  wait_in_lane(job, job_id, owner, fields[1] or 'first', now())
  go_ahead(job_id, now())
  return job_id .. ' ' .. fields[2]
end
