-- Puts a job back that is in the log but not in an emptied Redis. Should it have ended before, no
-- record of it will come, and the reconciler drops it again.
local job_id, owner, lane, id, accepted, timeout, webhook_url, gateway, record, ttl =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
if redis.call('EXISTS', KEYS[1]) == 1 then return {'known'} end
redis.call('HSET', KEYS[1], 'v', 1, 'owner', owner, 'accepted', accepted, 'attempt', 0, 'timeout', timeout,
  'record', record, 'restored', 1)
if id ~= '' then redis.call('HSET', KEYS[1], 'id', string.sub(id, 2)) end
if webhook_url ~= '' then redis.call('HSET', KEYS[1], 'webhook_url', webhook_url) end
if gateway ~= '' then redis.call('HSET', KEYS[1], 'watchers', gateway) end
wait_in_lane(KEYS[1], job_id, owner, lane, now())
redis.call('EXPIRE', KEYS[1], ttl)
return {'restored'}
