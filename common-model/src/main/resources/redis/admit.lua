#!lua
-- Lets a job into the queue, or says why not. Nothing is written unless it is let in.
-- ARGV: the job; jobs that may wait; the owner's limits, those that it has; bytes of the job's record; why no new job is let in now, or '';
-- seconds that its owner's list of jobs is kept.
-- A refusal: why, the queue's length, microseconds until it is worth coming again or '0'.
local job, max_length, limits = told(ARGV[1]), tonumber(ARGV[2]), cjson.decode(ARGV[3])
local bytes, shut, ttl = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local job_id, owner = job.job_id, job.owner
setmetatable(limits, {__index = function() return 0 end})

if redis.call('EXISTS', EPOCH) == 0 then return {'rebuilding'} end

local at = now()
if job.idempotency_key then
  local idempotency = idempotency_of(owner, job.idempotency_key)
  local first = redis.call('HMGET', idempotency, 'job_id', 'digest')
  local state = first[1] and redis.call('HGET', job_of(first[1]), 'state')
  if state and state ~= 'refused' then
    if first[2] ~= job.body_digest then return {'other_body'} end
    return {ended(state) and 'repeated' or 'in_flight', first[1]}
  end
  -- The first job may be among what was forgotten.
  if older() then return {'rebuilding'} end
  if first[1] then redis.call('DEL', idempotency) end
end

local length = queue_length()
if shut ~= '' then return {shut, text(length)} end
for _, file_id in ipairs(job.files or {}) do
  if redis.call('EXISTS', leaving_of(file_id)) == 1 then return {'file_gone', file_id} end
end
if max_length > 0 and length >= max_length then return {'queue_full', text(length)} end
local waiting = redis.call('ZCARD', waiting_of(owner))
if limits.queued > 0 and waiting >= limits.queued then return {'key_full', text(length)} end
if limits.stored > 0 then
  local stored, soonest = stored_by(owner, at)
  if stored >= limits.stored then return {'key_stored', text(length), text(soonest - at)} end
end
local bytes_key, bytes_due = P .. 'owner:' .. owner .. ':bytes', 0
if limits.bytes > 0 then
  -- A job goes when the bytes before it have been paid for but for the last second's; it is charged whole.
  local due = math.max(tonumber(redis.call('GET', bytes_key) or 0), at)
  local early = due - at - 1000000
  if early >= 1 then return {'key_bytes', text(length), text(math.ceil(early))} end
  bytes_due = due + math.ceil(bytes * 1000000 / limits.bytes)
end
if limits.rate > 0 then
  -- GCRA: a key may be one second's worth of jobs ahead of its steady rate. At most that far, too,
  -- is its next job due, should the clock have been set back.
  local rate_key, step = P .. 'owner:' .. owner .. ':rate', 1000000 / limits.rate
  local due = math.min(math.max(tonumber(redis.call('GET', rate_key) or 0), at), at + 1000000)
  local early = due - at - (1000000 - step)
  if early >= 1 then return {'key_rate', text(length), text(math.ceil(early))} end
  redis.call('SET', rate_key, text(due + step), 'PX', 2000)
end

if limits.bytes > 0 then
  redis.call('SET', bytes_key, text(bytes_due), 'PX', math.ceil((bytes_due - at) / 1000) + 1000)
end

-- Over its fair share (one job a slot) a key's jobs go to the second lane.
local slots = tonumber(redis.call('GET', P .. 'slots') or 0)
local lane = waiting < math.max(1, slots) and 'first' or 'bulk'
job.accepted = at
remember(job, 'state', 'queued', 'lane', lane, 'queued_at', text(at), unpack(job.reply_to and {'caller', 1} or {}))
enter_lane(job_id, owner, lane, at)
if limits.running > 0 or limits.stored > 0 then
  redis.call('HSET', limits_of(owner), 'running', limits.running, 'stored', text(limits.stored))
  redis.call('EXPIRE', limits_of(owner), ttl)
else
  redis.call('DEL', limits_of(owner))
end
redis.call('ZADD', jobs_of(owner), text(at), job_id)
redis.call('ZREMRANGEBYRANK', jobs_of(owner), 0, -1001)
redis.call('EXPIRE', jobs_of(owner), ttl)
return {'admitted', lane, text(length + 1), text(at)}
