#!lua flags=no-writes
-- Held or running jobs with the addresses of their records: what Redis alone knows to be alive.
-- ARGV: 'held', 'preparing' or 'running', how many at most.
local placed = {}
for _, job_id in ipairs(redis.call('ZRANGE', P .. ARGV[1], 0, tonumber(ARGV[2]) - 1)) do
  local record = redis.call('HGET', job_of(job_id), 'record')
  if record then placed[#placed + 1] = job_id .. ' ' .. record end
end
return placed
