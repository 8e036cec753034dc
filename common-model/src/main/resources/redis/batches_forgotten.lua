#!lua flags=allow-oom
-- Batches that are known again by some of their jobs alone, each with when it was accepted; nobody else is told of
-- them for some seconds. ARGV: who asks.
local answer = {}
if redis.call('EXISTS', FORGOTTEN_BATCHES) == 0 or not whole()
  or not redis.call('SET', FORGOTTEN_BATCHES .. ':taken', ARGV[1], 'NX', 'PX', 10000) then
  return answer
end
for _, batch_id in ipairs(redis.call('SMEMBERS', FORGOTTEN_BATCHES)) do
  local accepted = redis.call('HGET', batches.key(batch_id), 'accepted')
  if accepted then
    answer[#answer + 1] = batch_id
    answer[#answer + 1] = accepted
  else
    redis.call('SREM', FORGOTTEN_BATCHES, batch_id)
  end
end
return answer
