-- Jobs whose lease has lapsed, with the attempt that held it.
local lapsed = {}
for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '-inf', text(now()), 'LIMIT', 0, ARGV[1])) do
  local attempt = redis.call('HGET', P .. 'job:' .. job_id, 'attempt')
  if attempt then
    lapsed[#lapsed + 1] = job_id .. ' ' .. attempt
  else
    redis.call('ZREM', RUNNING, job_id)
  end
end
return lapsed
