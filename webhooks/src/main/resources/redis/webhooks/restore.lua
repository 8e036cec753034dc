#!lua
-- Writes down again, from the log, what Redis does not know of deliveries: nothing of them, or, when it is an older one,
-- not their ends. What arrived is known for as long as it would have been. Answers how many there were.
-- ARGV: for how long deliveries are known, those that arrived; then 9 values each.
local ttl, delivered_ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local restored = 0
for i = 3, #ARGV, 9 do
  local job_id, owner, url, offset, bytes, state, attempts, attempt, ended_at = unpack(ARGV, i, i + 8)
  local key = hash_of(job_id)
  local fields = redis.call('HMGET', key, 'attempts', 'state')
  local known = tonumber(fields[1])
  -- By the same number of attempts only a wish is newer: to send again, by hand, what has ended.
  local newer = not known or known < tonumber(attempts)
    or (known == tonumber(attempts) and state == 'pending' and fields[2] ~= 'pending')
  local left = state == 'delivered' and tonumber(ended_at) + delivered_ttl - now() or ttl
  if left > 0 and newer then
    if known then
      redis.call('HSET', key, 'state', state, 'step', 0)
      redis.call('HINCRBY', key, 'token', 1)
      redis.call('HDEL', key, 'flight')
    else
      begin(job_id, owner, url, offset, bytes, state, left)
    end
    redis.call('HSET', key, 'attempts', attempts)
    redis.call('PEXPIRE', key, left)
    if attempt ~= '' then redis.call('HSET', key, 'a:' .. attempts, attempt) end
    if state == 'dead' then
      bury(job_id, owner, ttl)
    elseif state == 'delivered' then
      arrive(job_id, owner, ttl)
    else
      redis.call('ZREM', dead_of(owner), job_id)
      redis.call('ZADD', DUE, text(now()), job_id)
    end
    restored = restored + 1
  end
end
return {text(restored)}
