#!lua
-- Sends a delivery again: due now, with the whole schedule before it. An attempt that is being made
-- is left alone. Answers what a claim would: token, owner, url, offset, bytes.
local job_id, ttl = ARGV[1], tonumber(ARGV[2])
local fields = redis.call('HMGET', KEYS[1], 'owner', 'url', 'offset', 'bytes', 'flight', 'state')
if not fields[1] then return {'unknown'} end
if fields[6] == 'pending' and fields[5] and tonumber(fields[5]) > now() then return {'flying'} end
redis.call('HSET', KEYS[1], 'state', 'pending', 'step', 0)
local token = redis.call('HINCRBY', KEYS[1], 'token', 1)
redis.call('HDEL', KEYS[1], 'flight', 'failing')
fails_no_more(job_id, fields[1], ttl)
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('ZREM', dead_of(fields[1]), job_id)
redis.call('ZADD', DUE, text(now()), job_id)
return {'due', job_id, text(token), fields[1], fields[2], fields[3], fields[4], '0'}
