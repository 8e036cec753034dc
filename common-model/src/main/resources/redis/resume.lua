#!lua flags=allow-oom
-- Records of held jobs that may run now and that nothing else will bring back: their owner has room
-- beyond what runs and what waits in the lanes.
local records, most = {}, tonumber(ARGV[1])
for _, owner in ipairs(redis.call('SMEMBERS', HOLDERS)) do
  local in_lanes = redis.call('ZCARD', waiting_of(owner)) - redis.call('ZCARD', held_of(owner))
  for _ = 1, math.min(room_of(owner) - in_lanes, most - #records) do
    local record = resume_held(owner)
    if record == '' then break end
    records[#records + 1] = record
  end
end
return records
