#!lua flags=allow-oom
-- Nobody at this gateway waits for the job's reply any more. That changes nothing for the job.
local gateway, left = ARGV[1], {}
local watchers = redis.call('HGET', KEYS[1], 'watchers')
if not watchers then return {'ok'} end
for watcher in string.gmatch(watchers, '[^,]+') do
  if watcher ~= gateway then left[#left + 1] = watcher end
end
redis.call('HSET', KEYS[1], 'watchers', table.concat(left, ','))
return {'ok'}
