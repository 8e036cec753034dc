#!lua flags=allow-oom
-- Jobs that have not started in the time that they had, with it in seconds. ARGV: how many at most.
local overdue = {}
for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', DEADLINES, '-inf', text(now()), 'LIMIT', 0, ARGV[1])) do
  local fields = redis.call('HMGET', job_of(job_id), 'state', 'start_within')
  if (fields[1] == 'queued' or fields[1] == 'preparing') and fields[2] then
    overdue[#overdue + 1] = job_id .. ' ' .. fields[2]
  else
    redis.call('ZREM', DEADLINES, job_id)
  end
end
return overdue
