#!lua
-- Gives a lease back without an attempt: the delivery is due after the delay.
local job_id, token, delay = ARGV[1], ARGV[2], tonumber(ARGV[3])
local fields = redis.call('HMGET', KEYS[1], 'token', 'state')
if fields[1] ~= token or fields[2] ~= 'pending' then return {'stale'} end
redis.call('HDEL', KEYS[1], 'flight')
redis.call('ZADD', DUE, text(now() + delay), job_id)
return {'postponed'}
