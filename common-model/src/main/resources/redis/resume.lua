#!lua flags=allow-oom
-- Records of jobs that may run now and that nothing else will bring back: their packages are there; or they were held,
-- and their owner, or their batch, has room beyond what runs and what waits in the lanes.
local most = tonumber(ARGV[1])
local records = packages.resume(most)
local function in_lanes(holder)
  if not is_batch(holder) then
    return redis.call('ZCARD', waiting_of(holder)) - redis.call('ZCARD', held_of(holder))
      - redis.call('SCARD', held_in_batches_of(holder))
  end
  return tonumber(redis.call('HGET', P .. holder, 'queued') or 0) - redis.call('ZCARD', held_of(holder))
end
for _, holder in ipairs(redis.call('SMEMBERS', HOLDERS)) do
  if is_batch(holder) then batches.drop_if_dead(string.sub(holder, #'batch:' + 1)) end
  for _ = 1, math.min(room_for(holder) - in_lanes(holder), most - #records) do
    local record = resume_held(holder)
    if record == '' then break end
    records[#records + 1] = record
  end
end
return records
