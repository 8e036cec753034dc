#!lua
-- Lets all jobs of a batch into the queue, or says why not. Nothing is written unless they are let in.
-- KEYS[1]: the batch's hash. ARGV: the batch; jobs that may wait; the owner's limits, those that it has; bytes of the
-- jobs' records; why no new job is let in now, or ''; seconds that its limits are kept; the ids of its jobs, one after the
-- other; for a retry the indices that they have in the batch, with spaces between, else ''.
-- A refusal: see may_enter.
local batch, max_length, limits = told(ARGV[1]), tonumber(ARGV[2]), cjson.decode(ARGV[3])
local bytes, shut, ttl, ids, again = tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local batch_id, owner, jobs = batch.batch.batch_id, batch.owner, #ARGV[7] / ID_LENGTH

if redis.call('EXISTS', EPOCH) == 0 then return {'rebuilding'} end
local at = now()
if batch.idempotency_key and again == '' then
  local idempotency = idempotency_of(owner, batch.idempotency_key)
  local first = redis.call('HMGET', idempotency, 'job_id', 'digest')
  local known = first[1] and redis.call('HMGET', batches.key(first[1]), 'count', 'opened') or {}
  local state = first[1] and redis.call('HGET', job_of(first[1]), 'state')
  if known[1] or (state and state ~= 'refused') then
    if first[2] ~= batch.body_digest then return {'other_body'} end
    return {tonumber(known[2]) < 0 and 'in_flight' or 'repeated', first[1], known[1]}
  end
  if older() then return {'rebuilding'} end
  if first[1] then redis.call('DEL', idempotency) end
end
if again ~= '' then
  local fields = redis.call('HMGET', KEYS[1], 'round', 'opened')
  if not fields[1] then return {'unknown'} end
  -- Its message is on its way into the log, or another retry's records are.
  if redis.call('ZSCORE', BATCH_OUTBOX, batch_id) or tonumber(fields[2]) < tonumber(fields[1])
    or tonumber(fields[1]) ~= batch.batch.round - 1 then
    return {'busy'}
  end
end

local length = queue_length()
if shut ~= '' then return {shut, text(length)} end
for _, file_id in ipairs(batch.files or {}) do
  if redis.call('EXISTS', leaving_of(file_id)) == 1 then return {'file_gone', file_id} end
end
local refusal = may_enter(owner, limits, jobs, bytes, length, max_length, at)
if refusal then return refusal end

batch.accepted = at
batch.placed = true
local indices = string.gmatch(again, '%d+')
if again == '' then
  batch.batch.accepted = at
  batches.begin(batch, batch.batch, ids, -1)
else
  redis.call('HSET', KEYS[1], 'round', batch.batch.round, 'delivery', batch.batch.delivery)
end
redis.call('HSET', KEYS[1], 'begun', text(at))
local entries, first = {}, nil
for each = 0, jobs - 1 do
  local job_id = job_at(ids, each)
  local index, more = again == '' and each or tonumber(indices()), {}
  batch.job_id, batch.batch.index = job_id, index
  if again ~= '' then
    local from = index * ID_LENGTH
    more = {'retry_of', redis.call('GETRANGE', batches.jobs(batch_id), from, from + ID_LENGTH - 1)}
    redis.call('SETRANGE', batches.jobs(batch_id), from, job_id)
    batches.count(batch_id, index, job_id, 'queued')
  end
  if first then
    remember_alike(batch, first, unpack(more))
  else
    first = job_id
    remember(batch, 'state', 'queued', 'lane', 'bulk', 'queued_at', text(at), unpack(more))
  end
  entries[#entries + 1] = text(at)
  entries[#entries + 1] = job_id
  if #entries >= 1000 or each == jobs - 1 then
    redis.call('ZADD', BULK, unpack(entries))
    redis.call('ZADD', waiting_of(owner), unpack(entries))
    entries = {}
  end
end
note_limits(owner, limits, ttl)
return {'admitted', text(length + jobs), text(at)}
