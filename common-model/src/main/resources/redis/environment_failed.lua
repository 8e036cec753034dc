#!lua flags=allow-oom
-- Jobs that wait for an environment that cannot be had: each must be ended. When there are none left it is forgotten, so
-- that the next job that asks has it tried again. ARGV: its key, how many at most.
local jobs = {}
for _, job_id in ipairs(redis.call('ZRANGE', preparing_of(ARGV[1]), 0, tonumber(ARGV[2]) - 1)) do
  if redis.call('HGET', job_of(job_id), 'state') == 'preparing' then
    jobs[#jobs + 1] = job_id
  else
    redis.call('ZREM', PREPARING, job_id)
    redis.call('ZREM', preparing_of(ARGV[1]), job_id)
  end
end
if redis.call('ZCARD', preparing_of(ARGV[1])) == 0 then packages.unwant(ARGV[1]) end
return jobs
