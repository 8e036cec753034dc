#!lua flags=no-writes
-- Of some jobs that wait or run: how many these are, and when the first of them was accepted.
local since
local jobs = redis.call('ZRANGE', P .. ARGV[1], ARGV[2], ARGV[2] + ARGV[3] - 1)
for _, job_id in ipairs(jobs) do
  local accepted = tonumber(redis.call('HGET', job_of(job_id), 'accepted'))
  if accepted then since = math.min(since or accepted, accepted) end
end
return {text(#jobs), since and text(since) or ''}
