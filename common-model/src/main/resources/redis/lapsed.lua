#!lua flags=allow-oom
-- Jobs whose lease has lapsed, with the attempt that held it.
local lapsed = {}
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
