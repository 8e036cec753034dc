#!lua flags=allow-oom
-- A gateway wants the job's reply: now, or by message when it is there. detach '1': the job goes on
-- even when every watcher leaves (its caller was told 202).
local gateway, detach = ARGV[1], ARGV[2]
local fields = redis.call('HMGET', KEYS[1], 'state', 'watchers')
if not fields[1] or fields[1] == 'refused' then return {'unknown'} end
if ended(fields[1]) then return {'ended'} end
if detach == '1' then redis.call('HDEL', KEYS[1], 'caller') end
if gateway ~= '' and not string.find(',' .. (fields[2] or '') .. ',', ',' .. gateway .. ',', 1, true) then
  redis.call('HSET', KEYS[1], 'watchers', (fields[2] and fields[2] ~= '' and fields[2] .. ',' or '') .. gateway)
end
return {'watching'}
