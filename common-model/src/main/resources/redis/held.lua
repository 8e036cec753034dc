#!lua flags=no-writes
-- Held jobs with the addresses of their records: what Redis alone knows to be waiting.
local held = {}
for _, job_id in ipairs(redis.call('ZRANGE', HELD, 0, tonumber(ARGV[1]) - 1)) do
  local record = redis.call('HGET', P .. 'job:' .. job_id, 'record')
  if record then held[#held + 1] = job_id .. ' ' .. record end
end
return held
