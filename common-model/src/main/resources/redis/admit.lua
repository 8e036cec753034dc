#!lua
-- Lets a job into the queue, or says why not. Nothing is written unless it is let in.
-- ARGV: the job; jobs that may wait; the owner's limits, those that it has; bytes of the job's record; why no new job is let in now, or '';
-- seconds that its owner's list of jobs is kept.
-- A refusal: see may_enter.
local job, max_length, limits = told(ARGV[1]), tonumber(ARGV[2]), cjson.decode(ARGV[3])
local bytes, shut, ttl = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local job_id, owner = job.job_id, job.owner

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
  if first[1] and redis.call('EXISTS', batches.key(first[1])) == 1 then return {'other_body'} end
  -- The first job may be among what was forgotten.
  if older() then return {'rebuilding'} end
  if first[1] then redis.call('DEL', idempotency) end
end

local length = queue_length()
if shut ~= '' then return {shut, text(length)} end
for _, file_id in ipairs(job.files or {}) do
  if redis.call('EXISTS', leaving_of(file_id)) == 1 then return {'file_gone', file_id} end
end
local refusal, waiting = may_enter(owner, limits, 1, bytes, length, max_length, at)
if refusal then return refusal end

-- Over its fair share (one job a slot) a key's jobs go to the second lane.
local slots = tonumber(redis.call('GET', P .. 'slots') or 0)
local lane = waiting < math.max(1, slots) and 'first' or 'bulk'
job.accepted = at
remember(job, 'state', 'queued', 'lane', lane, 'queued_at', text(at), unpack(job.reply_to and {'caller', 1} or {}))
enter_lane(job_id, owner, lane, at)
note_limits(owner, limits, ttl)
redis.call('ZADD', jobs_of(owner), text(at), job_id)
redis.call('ZREMRANGEBYRANK', jobs_of(owner), 0, -1001)
redis.call('EXPIRE', jobs_of(owner), ttl)
return {'admitted', lane, text(length + 1), text(at)}
