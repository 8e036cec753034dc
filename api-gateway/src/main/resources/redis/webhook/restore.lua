-- Writes down again, from the log, a delivery that Redis no longer knows.
local job_id, owner, url, offset, bytes, state, attempts, attempt, ttl = ARGV[1], ARGV[2], ARGV[3],
  ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])
if redis.call('EXISTS', KEYS[1]) == 1 then return {'known'} end
begin(job_id, owner, url, offset, bytes, state, ttl)
redis.call('HSET', KEYS[1], 'attempts', attempts)
if attempt ~= '' then redis.call('HSET', KEYS[1], 'a:' .. attempts, attempt) end
if state == 'dead' then
  bury(job_id, owner, ttl)
else
  redis.call('ZADD', DUE, text(now()), job_id)
end
return {'restored'}
