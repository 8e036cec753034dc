#!lua flags=allow-oom
-- A gateway's caller has gone. A job that waits, with nobody left who waits for it, is cancelled.
local job_id, gateway, reply, ttl = ARGV[1], ARGV[2], told_reply(3), ARGV[10]
local fields = redis.call('HMGET', KEYS[1], 'state', 'watchers', 'caller', 'webhook_url')
if not fields[1] or ended(fields[1]) then return {'ended'} end
local left = {}
for watcher in string.gmatch(fields[2] or '', '[^,]+') do
  if watcher ~= gateway then left[#left + 1] = watcher end
end
redis.call('HSET', KEYS[1], 'watchers', table.concat(left, ','))
if fields[1] ~= 'running' and fields[3] and not fields[4] and #left == 0 then
  finish_job(KEYS[1], job_id, reply, -1, ttl)
  return {'cancelled'}
end
return {'left'}
