#!lua flags=allow-oom
-- Notes which topics the lanes are. Answers of each lane since when its topic has been known: 0 of its first.
-- ARGV: lane and topic id, for each lane.
local since, at = {}, text(now())
for i = 1, #ARGV, 2 do
  local known = P .. 'topics:' .. ARGV[i]
  redis.call('ZADD', known, 'NX', at, ARGV[i + 1])
  redis.call('EXPIRE', known, RECORD_TTL)
  local first = redis.call('ZRANGE', known, 0, 0)[1] == ARGV[i + 1]
  since[#since + 1] = first and '0' or text(tonumber(redis.call('ZSCORE', known, ARGV[i + 1])))
end
return since
