#!lua
-- Lets a job into the queue, or says why not. Nothing is written unless it is let in.
local job_id, owner, id, gateway, timeout, webhook_url = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local max_length, owner_waiting, owner_running, owner_rate =
  tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local idempotency_key, digest, idempotency_ttl, ttl = ARGV[11], ARGV[12], ARGV[13], ARGV[14]
local owner_stored, owner_bytes, bytes, store_full = tonumber(ARGV[15]), tonumber(ARGV[16]), tonumber(ARGV[17]), ARGV[18]

if redis.call('EXISTS', EPOCH) == 0 then return {'rebuilding'} end

local at = now()
local idempotency = idempotency_of(owner, idempotency_key)
if idempotency_key ~= '' then
  local first = redis.call('HMGET', idempotency, 'job_id', 'digest')
  local state = first[1] and redis.call('HGET', P .. 'job:' .. first[1], 'state')
  if state and state ~= 'refused' then
    if first[2] ~= digest then return {'other_body', first[1]} end
    return {ended(state) and 'repeated' or 'in_flight', first[1]}
  end
  -- The first job may be among what was forgotten.
  if older() then return {'rebuilding'} end
end

if store_full == '1' then return {'store_full'} end
local length = queue_length()
if max_length > 0 and length >= max_length then return {'queue_full', text(length)} end
local waiting = redis.call('ZCARD', waiting_of(owner))
if owner_waiting > 0 and waiting >= owner_waiting then return {'key_full', text(length), text(waiting)} end
if owner_stored > 0 then
  local stored, soonest = stored_by(owner, at)
  if stored >= owner_stored then return {'key_stored', text(length), text(soonest - at)} end
end
local bytes_key, bytes_due = P .. 'owner:' .. owner .. ':bytes', 0
if owner_bytes > 0 then
  -- A job goes when the bytes before it have been paid for but for the last second's; it is charged whole.
  local due = math.max(tonumber(redis.call('GET', bytes_key) or 0), at)
  local early = due - at - 1000000
  if early >= 1 then return {'key_bytes', text(length), text(math.ceil(early))} end
  bytes_due = due + math.ceil(bytes * 1000000 / owner_bytes)
end
if owner_rate > 0 then
  -- GCRA: a key may be one second's worth of jobs ahead of its steady rate. At most that far, too,
  -- is its next job due, should the clock have been set back.
  local rate_key, step = P .. 'owner:' .. owner .. ':rate', 1000000 / owner_rate
  local due = math.min(math.max(tonumber(redis.call('GET', rate_key) or 0), at), at + 1000000)
  local early = due - at - (1000000 - step)
  if early >= 1 then return {'key_rate', text(length), text(math.ceil(early))} end
  redis.call('SET', rate_key, text(due + step), 'PX', 2000)
end

if owner_bytes > 0 then
  redis.call('SET', bytes_key, text(bytes_due), 'PX', math.ceil((bytes_due - at) / 1000) + 1000)
end

-- Over its fair share (one job a slot) a key's jobs go to the second lane.
local slots = tonumber(redis.call('GET', P .. 'slots') or 0)
local lane = waiting < math.max(1, slots) and 'first' or 'bulk'
redis.call('HSET', KEYS[1], 'v', 1, 'owner', owner, 'accepted', text(at), 'attempt', 0, 'timeout', timeout,
  'state', 'queued', 'lane', lane, 'queued_at', text(at))
if id ~= '' then redis.call('HSET', KEYS[1], 'id', string.sub(id, 2)) end
if gateway ~= '' then redis.call('HSET', KEYS[1], 'watchers', gateway, 'caller', 1) end
if webhook_url ~= '' then redis.call('HSET', KEYS[1], 'webhook_url', webhook_url) end
enter_lane(job_id, owner, lane, at)
if owner_running > 0 or owner_stored > 0 then
  redis.call('HSET', limits_of(owner), 'running', owner_running, 'stored', text(owner_stored))
  redis.call('EXPIRE', limits_of(owner), ttl)
else
  redis.call('DEL', limits_of(owner))
end
redis.call('ZADD', jobs_of(owner), text(at), job_id)
redis.call('ZREMRANGEBYRANK', jobs_of(owner), 0, -1001)
redis.call('EXPIRE', jobs_of(owner), ttl)
if idempotency_key ~= '' then
  redis.call('HSET', idempotency, 'job_id', job_id, 'digest', digest)
  redis.call('EXPIRE', idempotency, idempotency_ttl)
  redis.call('HSET', KEYS[1], 'idempotency', idempotency)
end
return {'admitted', lane, text(length + 1), text(at)}
