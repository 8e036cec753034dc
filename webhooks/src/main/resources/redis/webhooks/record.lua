#!lua
-- Writes down an attempt and what it means. One whose lease was taken over only adds its attempt,
-- unless it arrived: then the delivery is done whoever holds it. Answers the state and the number of
-- attempts, and what was given up to make room: see make_room.
local job_id, token, state, delay, attempt, ttl, most_pending =
  ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local owner, url, offset, bytes, delivered_ttl = ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
if redis.call('EXISTS', KEYS[1]) == 0 then
  -- Redis was emptied while the attempt was made.
  begin(job_id, owner, url, offset, bytes, 'pending', ttl)
  redis.call('HSET', KEYS[1], 'token', token)
end
local attempts = redis.call('HINCRBY', KEYS[1], 'attempts', 1)
redis.call('HSET', KEYS[1], 'a:' .. attempts, attempt)
redis.call('HDEL', KEYS[1], 'a:' .. (attempts - KEPT_ATTEMPTS))
redis.call('PEXPIRE', KEYS[1], ttl)
local fields = redis.call('HMGET', KEYS[1], 'token', 'state')
local stale = fields[1] ~= token or fields[2] ~= 'pending'
if stale and (state ~= 'delivered' or fields[2] == 'delivered') then
  return {'stale', text(attempts)}
end
redis.call('HSET', KEYS[1], 'state', state)
redis.call('HINCRBY', KEYS[1], 'step', 1)
redis.call('HDEL', KEYS[1], 'flight')
local answer = {state, text(attempts)}
if state == 'pending' then
  redis.call('ZADD', DUE, text(now() + delay), job_id)
  fails(job_id, owner, ttl)
  for _, value in ipairs(make_room(most_pending, ttl)) do answer[#answer + 1] = value end
elseif state == 'dead' then
  bury(job_id, owner, ttl)
  owe_mark(job_id, attempts, ttl)
else
  arrive(job_id, owner, ttl)
  redis.call('PEXPIRE', KEYS[1], delivered_ttl)
  owe_mark(job_id, attempts, ttl)
end
return answer
