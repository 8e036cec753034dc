-- A gateway's caller has gone. Answers 'alone' when nobody waits for a queued job any more.
local gateway = ARGV[1]
local fields = redis.call('HMGET', KEYS[1], 'state', 'watchers', 'caller', 'webhook_url')
if not fields[1] or ended(fields[1]) then return {'ended'} end
local left = {}
for watcher in string.gmatch(fields[2] or '', '[^,]+') do
  if watcher ~= gateway then left[#left + 1] = watcher end
end
redis.call('HSET', KEYS[1], 'watchers', table.concat(left, ','))
if fields[1] == 'queued' and fields[3] and not fields[4] and #left == 0 then return {'alone'} end
return {'left'}
