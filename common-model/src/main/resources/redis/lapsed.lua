#!lua flags=allow-oom
-- Jobs whose lease has lapsed, with the attempt that held it.
-- ARGV: how many at most, a lease in us. None lasts longer than that, even if the clock was set back.
local lapsed, longest = {}, text(now() + ARGV[2])
for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '(' .. longest, '+inf', 'LIMIT', 0, ARGV[1])) do
  redis.call('ZADD', RUNNING, longest, job_id)
end
for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '-inf', text(now()), 'LIMIT', 0, ARGV[1])) do
  local fields = redis.call('HMGET', P .. 'job:' .. job_id, 'state', 'attempt', 'owner')
  if fields[1] == 'running' then
    lapsed[#lapsed + 1] = job_id .. ' ' .. fields[2]
  else
    redis.call('ZREM', RUNNING, job_id)
    if fields[3] then redis.call('SREM', running_of(fields[3]), job_id) end
  end
end
return lapsed
