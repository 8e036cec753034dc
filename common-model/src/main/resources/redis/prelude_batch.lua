
-- Batches. The hash of a batch, batch:<batch_id>: each field, who writes it, when it goes.
--   v               1, of this list. begin
--   owner, id, accepted, count, timeout  as of its jobs, and how many these are. begin
--   max_running     how many of it run at once, if that is bounded. begin
--   webhook_url     who is told its end, if anybody is. begin
--   ttl             seconds that its results are kept when it has ended. begin
--   idempotency     the Redis key that promises this batch to a repeat, if one does. begin
--   round           which time some of its jobs are run: 0, then one more by each retry. begin, place, admit_batch
--   begun           when its last round was let in. admit_batch
--   opened          the last round of which the log has every record: none of a later one runs. begin, place, open_batch
--   delivery        what its message is known by, another one each round. begin, place, admit_batch
--   told            the delivery that is in the log. batch_told
--   stopped         1 when its caller has ended it. cancel_batch; goes with a retry
--   left            jobs that have not ended; with the last of them goes the batch. count
--   finished        when that was. finish; goes with a retry
--   first_reply     the first of its replies in the log of replies. job_ended
--   queued, running, succeeded, ...  how many of its jobs are in that state. begin, count
-- Beside it batch:<batch_id>:jobs has the ids of its jobs, 36 bytes each, and batch:<batch_id>:states a letter for
-- the state of each, both by index. The counts are those of the letters: whoever moves a letter moves two counts.
-- All three go together, some time after its end (finish), or when the log never got its records (drop).
local STATES = {p = 'preparing', q = 'queued', r = 'running', s = 'succeeded', f = 'failed', t = 'timed_out',
  c = 'cancelled', e = 'expired'}
local function code_of(state) return string.sub(state, 1, 1) end
local ID_LENGTH = 36
-- Batches that have not ended, by when they were accepted; those whose message is not in the log; ends of their
-- jobs that are not in the log; batches that were forgotten, and for which nobody has read these ends again.
local BATCHES, BATCH_OUTBOX, BATCH_ENDS = P .. 'batches', P .. 'outbox:batches', P .. 'batches:ends'
local FORGOTTEN_BATCHES = P .. 'batches:forgotten'
-- A batch that the log has not got by then was never accepted: its gateway has died.
local OPENED_WITHIN = 30000000

function batches.key(batch_id) return P .. 'batch:' .. batch_id end
function batches.jobs(batch_id) return P .. 'batch:' .. batch_id .. ':jobs' end
function batches.states(batch_id) return P .. 'batch:' .. batch_id .. ':states' end

local function job_at(ids, index)
  return string.sub(ids, index * ID_LENGTH + 1, (index + 1) * ID_LENGTH)
end

-- Gives a batch its hash, all its jobs waiting, with these ids; told: what a job knows of its batch.
function batches.begin(job, told_batch, ids, opened)
  local key = batches.key(told_batch.batch_id)
  local count = tonumber(told_batch.count)
  redis.call('HSET', key, 'v', 1, 'owner', job.owner, 'accepted', text(told_batch.accepted), 'count', count,
    'timeout', job.timeout, 'ttl', told_batch.ttl, 'round', told_batch.round, 'opened', opened,
    'delivery', told_batch.delivery, 'left', count, 'queued', count)
  if job.id then redis.call('HSET', key, 'id', job.id) end
  if told_batch.webhook_url then redis.call('HSET', key, 'webhook_url', told_batch.webhook_url) end
  if told_batch.max_running then redis.call('HSET', key, 'max_running', told_batch.max_running) end
  redis.call('SET', batches.jobs(told_batch.batch_id), ids)
  redis.call('SET', batches.states(told_batch.batch_id), string.rep(code_of('queued'), count))
  redis.call('ZADD', BATCHES, text(told_batch.accepted), told_batch.batch_id)
  local promised = promise({owner = job.owner, job_id = told_batch.batch_id, idempotency_key = job.idempotency_key,
    body_digest = job.body_digest, promised = job.promised})
  if promised then redis.call('HSET', key, 'idempotency', promised) end
end

-- A job has its place in its batch. A batch that was forgotten is known again by the first of its jobs: the others
-- count as waiting until they are heard of, or the log says how they ended.
function batches.place(job)
  if job.placed then return end
  local batch = job.batch
  local key, jobs = batches.key(batch.batch_id), batches.jobs(batch.batch_id)
  local round = tonumber(redis.call('HGET', key, 'round'))
  if not round then
    batches.begin(job, batch, string.rep(' ', ID_LENGTH * batch.count), batch.round)
    redis.call('SADD', FORGOTTEN_BATCHES, batch.batch_id)
  elseif batch.round > round then
    redis.call('HSET', key, 'round', batch.round, 'opened', batch.round, 'delivery', batch.delivery)
  end
  local from = batch.index * ID_LENGTH
  local there = redis.call('GETRANGE', jobs, from, from + ID_LENGTH - 1)
  if there ~= job.job_id then
    local other = redis.call('HGET', job_of(there), 'round')
    if other and tonumber(other) > batch.round then return end
    redis.call('SETRANGE', jobs, from, job.job_id)
  end
  batches.count(batch.batch_id, batch.index, job.job_id, 'queued')
end

-- The last job has ended: the batch is let go of after its time, and its message is due.
function batches.finish(batch_id)
  local at, key = now(), batches.key(batch_id)
  local fields = redis.call('HMGET', key, 'ttl', 'accepted', 'webhook_url', 'delivery', 'told', 'first_reply',
    'idempotency')
  local keep = tonumber(fields[1])
  if fields[7] then keep = math.max(keep, redis.call('TTL', fields[7])) end
  redis.call('HSET', key, 'finished', text(at))
  redis.call('ZREM', BATCHES, batch_id)
  local ids = redis.call('GET', batches.jobs(batch_id))
  for index = 0, #ids / ID_LENGTH - 1 do
    local job_id = job_at(ids, index)
    redis.call('EXPIRE', job_of(job_id), keep)
    redis.call('EXPIRE', body_of(job_id), keep)
  end
  keep_least(KEPT_SINCE, tonumber(fields[2]), keep, at)
  if fields[6] then keep_least(KEPT_REPLIES, tonumber(fields[6]), keep + 3600, at) end
  -- With a day in which its message gets into the log.
  local due = fields[3] and fields[4] ~= fields[5]
  for _, each in ipairs({key, batches.jobs(batch_id), batches.states(batch_id)}) do
    redis.call('EXPIRE', each, due and keep + 86400 or keep)
  end
  if due then redis.call('ZADD', BATCH_OUTBOX, text(at), batch_id) end
end

-- The job at this index is in this state from now on. Nothing when another job is there, or Redis has no such batch.
function batches.count(batch_id, index, job_id, state)
  local key, states, from = batches.key(batch_id), batches.states(batch_id), index * ID_LENGTH
  if redis.call('GETRANGE', batches.jobs(batch_id), from, from + ID_LENGTH - 1) ~= job_id then return end
  local before = STATES[redis.call('GETRANGE', states, index, index)]
  if before == state then return end
  redis.call('SETRANGE', states, index, code_of(state))
  redis.call('HINCRBY', key, before, -1)
  redis.call('HINCRBY', key, state, 1)
  local ends = (ended(state) and 1 or 0) - (ended(before) and 1 or 0)
  if ends == 0 then return end
  if redis.call('HINCRBY', key, 'left', -ends) == 0 then
    batches.finish(batch_id)
  elseif ends < 0 then
    batches.go_on(batch_id)
  end
end

-- Some of its jobs are to run again.
function batches.go_on(batch_id)
  if redis.call('HDEL', batches.key(batch_id), 'finished') == 0 then return end
  redis.call('HDEL', batches.key(batch_id), 'stopped')
  redis.call('ZADD', BATCHES, redis.call('HGET', batches.key(batch_id), 'accepted'), batch_id)
  for _, each in ipairs({batches.key(batch_id), batches.jobs(batch_id), batches.states(batch_id)}) do
    redis.call('PERSIST', each)
  end
end

-- A job of a batch has ended, by whatever way: finish_job calls it.
function batches.job_ended(batch_id, index, job_id, reply, keep, at)
  local key = batches.key(batch_id)
  if redis.call('EXISTS', key) == 0 then
    redis.call('EXPIRE', job_of(job_id), keep)
    redis.call('EXPIRE', body_of(job_id), keep)
    return
  end
  redis.call('RPUSH', BATCH_ENDS, batch_id .. ' ' .. index .. ' ' .. job_id .. ' ' .. reply.state)
  if reply.at ~= '' then
    redis.call('HSETNX', key, 'first_reply', string.match(reply.at, '%d+$'))
    keep_least(KEPT_REPLIES, tonumber(redis.call('HGET', key, 'first_reply')), keep + 3600, at)
  end
  batches.count(batch_id, index, job_id, reply.state)
end

-- Whether the log has every record of the round that a job came with.
function batches.is_open(batch)
  return tonumber(redis.call('HGET', batches.key(batch.batch_id), 'opened') or batch.round) >= batch.round
end

-- How many more jobs of a batch may run now; no limit is a large number.
function batches.room(holder)
  local fields = redis.call('HMGET', P .. holder, 'opened', 'round', 'max_running', 'running')
  if fields[1] and tonumber(fields[1]) < tonumber(fields[2]) then return 0 end
  return fields[3] and tonumber(fields[3]) - tonumber(fields[4] or 0) or 1000000
end

-- The log did not get every record of a round: none of its jobs runs. What ran before is as it was.
function batches.drop(batch_id, round, ttl)
  local key, ids = batches.key(batch_id), redis.call('GET', batches.jobs(batch_id)) or ''
  local opened, idempotency, before = unpack(redis.call('HMGET', key, 'opened', 'idempotency', 'told'))
  if not opened or tonumber(opened) >= round then return false end
  -- Whoever was told of the round before is not told again.
  if before then redis.call('HSET', key, 'delivery', before) end
  for index = 0, #ids / ID_LENGTH - 1 do
    local job_id = job_at(ids, index)
    local job = job_of(job_id)
    local fields = redis.call('HMGET', job, 'round', 'retry_of', 'state', 'owner', 'accepted', 'files')
    if tonumber(fields[1] or -1) == round and fields[3] == 'queued' then
      leave_lanes(job_id, fields[4])
      let_go_of_files(job_id, fields[6])
      redis.call('HDEL', job, 'files')
      redis.call('HSET', job, 'state', 'refused')
      redis.call('EXPIRE', job, ttl)
      bury(job_id, 'refused', tonumber(fields[5]))
      if fields[2] then
        redis.call('SETRANGE', batches.jobs(batch_id), index * ID_LENGTH, fields[2])
        batches.count(batch_id, index, fields[2], redis.call('HGET', job_of(fields[2]), 'state') or 'failed')
      end
    end
  end
  if round > 0 then
    redis.call('HSET', key, 'round', round - 1)
  else
    redis.call('ZREM', BATCHES, batch_id)
    redis.call('DEL', key, batches.jobs(batch_id), batches.states(batch_id))
    redis.call('SET', tombstone_of(batch_id), 'refused', 'EX', ttl)
    if idempotency then redis.call('DEL', idempotency) end
  end
  return true
end

-- Drops the last round of a batch whose gateway has died before the log had it.
function batches.drop_if_dead(batch_id)
  local fields = redis.call('HMGET', batches.key(batch_id), 'opened', 'round', 'begun', 'ttl')
  if not fields[1] or tonumber(fields[1]) >= tonumber(fields[2]) then return false end
  if now() - tonumber(fields[3] or 0) < OPENED_WITHIN then return false end
  return batches.drop(batch_id, tonumber(fields[2]), fields[4])
end
