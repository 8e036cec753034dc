
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
--   watchers        gateways whose callers wait, with commas. remember, watch, leave, unwatch; goes at the end
--   caller          1 while the caller that sent it waits. admit; goes with a 202 (watch) and at the end
--   state           where it is: JobState.java has the moves. Whoever moves it
--   attempt         starts so far. remember, claim; beat and finish where Redis had forgotten some
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
-- Jobs that their owner's running limit holds back: they wait, but no worker need look for them.
local HELD, HOLDERS = P .. 'held', P .. 'held:owners'
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
end

local function waiting_of(owner) return P .. 'owner:' .. owner .. ':waiting' end
local function running_of(owner) return P .. 'owner:' .. owner .. ':running' end
local function held_of(owner) return P .. 'owner:' .. owner .. ':held' end
local function jobs_of(owner) return P .. 'owner:' .. owner .. ':jobs' end
local function limits_of(owner) return P .. 'owner:' .. owner .. ':limits' end
local function stored_of(owner) return P .. 'owner:' .. owner .. ':stored' end

-- With the owner's length in front, no owner can name a key of another's.
local function idempotency_of(owner, key) return P .. 'idempotency:' .. #owner .. ':' .. owner .. ':' .. key end

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
  if job.start_within then
    redis.call('ZADD', DEADLINES, text(job.accepted + job.start_within * 1000000), job.job_id)
  end
  add('idempotency', promise(job))
  add('files', need_files(job))
  redis.call('HSET', job_of(job.job_id), unpack(fields))
end

local function ended(state)
  return state and state ~= 'queued' and state ~= 'running'
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
  for _, place in ipairs({FIRST, BULK, HELD, RUNNING}) do
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
  if redis.call('ZREM', HELD, job_id) == 1 then
    redis.call('ZREM', held_of(owner), job_id)
    if redis.call('EXISTS', held_of(owner)) == 0 then redis.call('SREM', HOLDERS, owner) end
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
end

-- A job that ran before, or was held, need not wait behind what came after it, from that time on.
local function go_ahead(job_id, at)
  redis.call('ZADD', AHEAD, text(at), job_id)
  redis.call('PUBLISH', AHEAD, job_id)
end

local function hold(job_id, owner, at)
  leave_lanes(job_id, owner)
  redis.call('ZADD', HELD, text(at), job_id)
  redis.call('ZADD', held_of(owner), text(at), job_id)
  redis.call('ZADD', waiting_of(owner), text(at), job_id)
  redis.call('SADD', HOLDERS, owner)
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

-- Puts the longest held job of an owner back into its lane; answers its record's address, which
-- must be enqueued again, or '' when none may go on.
local function resume_held(owner)
  local job_id = redis.call('ZRANGE', held_of(owner), 0, 0)[1]
  if not job_id or room_of(owner) <= 0 then return '' end
  local job = job_of(job_id)
  local fields = redis.call('HMGET', job, 'lane', 'record')
  if not fields[2] then
    leave_lanes(job_id, owner)
    return ''
  end
  wait_in_lane(job, job_id, owner, fields[1] or 'first', now())
  go_ahead(job_id, now())
  return fields[2]
end

-- What a script was told of a reply: seven arguments from ARGV[i] on. One that is in the log of replies
-- has its address and its bytes there; any other has the two parts of its body, between which its times go.
local function told_reply(i)
  return {state = ARGV[i], status = ARGV[i + 1], head = ARGV[i + 2], tail = ARGV[i + 3], at = ARGV[i + 4],
    bytes = tonumber(ARGV[i + 5]), reason = ARGV[i + 6]}
end

local function body_of(job_id) return P .. 'reply:' .. job_id end

-- When the slice of time is over in which something will be let go of that is kept for so many seconds:
-- sixteen slices to a life, so that what is kept can be summed up without a list of it.
local function slice_of(keep, at)
  local slice = math.max(1, math.ceil(keep / 16))
  return math.ceil((at / 1000000 + keep) / slice) * slice
end

-- Notes the least of what is kept until then: how far a log may be cut.
local function keep_least(key, value, keep, at)
  local over = slice_of(keep, at)
  local least = tonumber(redis.call('HGET', key, text(over)))
  if least and least <= value then return end
  redis.call('HSET', key, text(over), text(value))
  redis.call('EXPIRE', key, math.max(math.ceil(over - at / 1000000), redis.call('TTL', key)))
end

-- The least of what is kept now; nil for nothing.
local function least_kept(key, at)
  local least
  local slices = redis.call('HGETALL', key)
  for i = 1, #slices, 2 do
    if tonumber(slices[i]) * 1000000 <= at then
      redis.call('HDEL', key, slices[i])
    else
      least = math.min(least or math.huge, tonumber(slices[i + 1]))
    end
  end
  return least
end

-- When the first of the ended jobs was accepted whose results are kept, and the first of their replies in the log.
local KEPT_SINCE, KEPT_REPLIES = P .. 'kept:since', P .. 'kept:replies'

-- A key's budget of stored bytes.
local function count_stored(owner, bytes, keep, at)
  if tonumber(redis.call('HGET', limits_of(owner), 'stored') or 0) == 0 then return end
  local over = slice_of(keep, at)
  redis.call('HINCRBY', stored_of(owner), text(over), bytes)
  redis.call('EXPIRE', stored_of(owner),
    math.max(math.ceil(over - at / 1000000), redis.call('TTL', stored_of(owner))))
end

-- Bytes of an owner's replies that are kept now, and when the first of them will be let go of.
local function stored_by(owner, at)
  local bytes, soonest = 0, nil
  local slices = redis.call('HGETALL', stored_of(owner))
  for i = 1, #slices, 2 do
    local over = tonumber(slices[i]) * 1000000
    if over <= at then
      redis.call('HDEL', stored_of(owner), slices[i])
    else
      bytes = bytes + tonumber(slices[i + 1])
      soonest = math.min(soonest or over, over)
    end
  end
  return bytes, soonest or at
end

-- Fields that an ended job needs no more.
local WHILE_ALIVE = {'v', 'timeout', 'start_within', 'lane', 'queued_at', 'worker', 'watchers', 'caller', 'restored',
  'sandbox_failed', 'worker_lost', 'files'}

-- A message has a body of up to so many bytes with it. Redis cuts a gateway off that has 32 MB of
-- messages before it, which is more than all the callers of a gateway can wait for.
local MESSAGE_BODY = 1024

-- Ends a job: the one place that mints a reply and tells those who wait for it. Answers its times.
-- run_us < 0: measured here, from the start to now. minted: times of before, or ''.
local function finish_job(job, job_id, reply, run_us, ttl, minted)
  local at = now()
  local fields = redis.call('HMGET', job, 'owner', 'accepted', 'started', 'watchers', 'webhook_url', 'idempotency',
    'state', 'files')
  local owner, accepted, started = fields[1], tonumber(fields[2] or at), tonumber(fields[3])
  if fields[7] == 'running' then leave_slot(job_id, owner) else leave_lanes(job_id, owner) end
  if run_us < 0 then run_us = started and math.max(0, at - started) or 0 end
  local queue_us = math.max(0, (started or at - run_us) - accepted)
  local total_us = math.max(at - accepted, queue_us + run_us)
  local times = minted
  if (times or '') == '' then
    times = string.format('%.3f %.3f %.3f %d', run_us / 1e6, queue_us / 1e6, total_us / 1e6, queue_length())
  end
  -- The reply lives as long as the key that promises it to a repeat, and until its webhook is in the log.
  local keep = tonumber(ttl)
  if fields[6] then keep = math.max(keep, redis.call('TTL', fields[6])) end
  let_go_of_files(job_id, fields[8])
  redis.call('HDEL', job, unpack(WHILE_ALIVE))
  redis.call('HSET', job, 'state', reply.state, 'status', reply.status, 'finished', text(at), 'times', times)
  if reply.reason ~= '' then redis.call('HSET', job, 'reason', reply.reason) end
  local body = ''
  if reply.at == '' then
    local run, queue, total, length = string.match(times, '(%S+) (%S+) (%S+) (%S+)')
    body = reply.head .. '"run_time":' .. run .. ',"queue_time":' .. queue .. ',"total_time":' .. total ..
      ',"queue_length":' .. length .. reply.tail
    redis.call('SET', body_of(job_id), body)
    redis.call('HDEL', job, 'reply_at')
  else
    redis.call('HSET', job, 'reply_at', reply.at)
    redis.call('DEL', body_of(job_id))
    -- With an hour in which a webhook's completion gets into the log.
    keep_least(KEPT_REPLIES, tonumber(string.match(reply.at, '%d+$')), fields[5] and keep + 3600 or keep, at)
  end
  -- Without an end until its webhook is in the log: what has an end may be evicted.
  if fields[5] then
    redis.call('HSET', job, 'keep', keep)
    redis.call('PERSIST', job)
    redis.call('ZADD', OUTBOX, text(at), job_id)
  else
    redis.call('EXPIRE', job, keep)
    redis.call('EXPIRE', body_of(job_id), keep)
  end
  bury(job_id, reply.state, accepted)
  keep_least(KEPT_SINCE, accepted, keep, at)
  count_stored(owner, math.max(#body, reply.bytes), keep, at)
  local message = job_id .. reply.status .. (#body <= MESSAGE_BODY and body or '')
  for gateway in string.gmatch(fields[4] or '', '[^,]+') do
    redis.call('PUBLISH', P .. 'replies:' .. gateway, message)
  end
  return times
end
