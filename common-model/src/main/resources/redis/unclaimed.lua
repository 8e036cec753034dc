#!lua flags=allow-oom
-- Of jobs that ran or may have run when Redis forgot them: those that no worker has claimed again, nor told
-- the end of. They go before what waits. ARGV: job ids.
local lost = {}
for _, job_id in ipairs(ARGV) do
  local job = job_of(job_id)
  local fields = redis.call('HMGET', job, 'state', 'restored')
  if fields[1] == 'queued' and fields[2] then
    redis.call('HDEL', job, 'restored')
    go_ahead(job_id, now())
    lost[#lost + 1] = job_id
  end
end
return lost
