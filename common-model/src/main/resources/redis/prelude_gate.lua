
-- The gate: whether so many jobs of an owner may come in together, which have so many bytes; that they are in is
-- the caller's to write down. A refusal (why, the queue's length, microseconds until it is worth coming again or
-- '0'), or nil and how many of the owner's wait.
local function may_enter(owner, limits, jobs, bytes, length, max_length, at)
  setmetatable(limits, {__index = function() return 0 end})
  if max_length > 0 and length + jobs > max_length then return {'queue_full', text(length)} end
  local waiting = redis.call('ZCARD', waiting_of(owner))
  if limits.queued > 0 and waiting + jobs > limits.queued then return {'key_full', text(length)} end
  if limits.stored ~= 0 then
    local stored, soonest = stored_by(owner, at)
    if stored >= limits.stored then return {'key_stored', text(length), text(soonest - at)} end
  end
  local bytes_key, bytes_due = P .. 'owner:' .. owner .. ':bytes', 0
  if limits.bytes > 0 then
    -- Jobs go when the bytes before them have been paid for but for the last second's; they are charged whole.
    local due = math.max(tonumber(redis.call('GET', bytes_key) or 0), at)
    local early = due - at - 1000000
    if early >= 1 then return {'key_bytes', text(length), text(math.ceil(early))} end
    bytes_due = due + math.ceil(bytes * 1000000 / limits.bytes)
  end
  if limits.rate > 0 then
    -- GCRA: a key may be one second's worth of jobs ahead of its steady rate, and a batch goes whole and is charged
    -- whole: its debt stands behind the time. At most that far, too, is the key's next job due, should the clock have
    -- been set back.
    local rate_key, step = P .. 'owner:' .. owner .. ':rate', 1000000 / limits.rate
    local known, debt = string.match(redis.call('GET', rate_key) or '0', '(%d+) ?(%d*)')
    local due = math.min(math.max(tonumber(known), at), at + 1000000 + (tonumber(debt) or 0))
    local early = due - at - (1000000 - step)
    if early >= 1 then return {'key_rate', text(length), text(math.ceil(early))} end
    due = due + jobs * step
    local value = jobs > 1 and text(due) .. ' ' .. text(jobs * step) or text(due)
    redis.call('SET', rate_key, value, 'PX', math.max(2000, math.ceil((due - at) / 1000) + 1000))
  end
  if limits.bytes > 0 then
    redis.call('SET', bytes_key, text(bytes_due), 'PX', math.ceil((bytes_due - at) / 1000) + 1000)
  end
  return nil, waiting
end

-- What the key may do is known to those who claim and end its jobs from its last admission.
local function note_limits(owner, limits, ttl)
  if limits.running > 0 or limits.stored > 0 then
    redis.call('HSET', limits_of(owner), 'running', limits.running, 'stored', text(limits.stored))
    redis.call('EXPIRE', limits_of(owner), ttl)
  else
    redis.call('DEL', limits_of(owner))
  end
end
