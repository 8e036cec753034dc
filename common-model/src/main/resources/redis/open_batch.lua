#!lua flags=allow-oom
-- The log has every record of a round of this batch: its jobs may run. Answers the records of those that were held
-- meanwhile, which must be enqueued again.
-- ARGV: the batch, the round.
local holder, answer = 'batch:' .. ARGV[1], {'open'}
local opened = redis.call('HGET', KEYS[1], 'opened')
-- What was emptied is rebuilt from the log, and taken for open.
if not opened then return {redis.call('EXISTS', tombstone_of(ARGV[1])) == 1 and 'gone' or 'open'} end
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], 'round')) then return {'gone'} end
redis.call('HSET', KEYS[1], 'opened', ARGV[2])
for _ = 1, math.min(room_for(holder), redis.call('ZCARD', held_of(holder))) do
  local record = resume_held(holder)
  if record == '' then break end
  answer[#answer + 1] = record
end
return answer
