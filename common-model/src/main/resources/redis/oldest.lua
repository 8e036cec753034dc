#!lua flags=no-writes
-- The head of a lane.
local oldest = {}
local head = redis.call('ZRANGE', P .. 'lane:' .. ARGV[1], 0, tonumber(ARGV[2]) - 1, 'WITHSCORES')
for i = 1, #head, 2 do
  oldest[#oldest + 1] = head[i] .. ' ' .. text(tonumber(head[i + 1]))
end
return oldest
