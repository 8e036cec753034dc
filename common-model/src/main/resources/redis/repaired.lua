#!lua flags=allow-oom
-- The lanes are whole: the gate opens, unless Redis was emptied once more while they were rebuilt.
local instance = ARGV[1]
if redis.call('GET', P .. 'repair') ~= instance then return {'again'} end
-- What gateways took from the log of completions may be forgotten as well: one of them reads it again.
if redis.call('EXISTS', EPOCH) == 1 then redis.call('DEL', P .. 'webhooks:epoch') end
note_doubt()
redis.call('SETNX', EPOCH, instance)
redis.call('SET', SERVER, run_id())
redis.call('SET', REMEMBERED, text(now()), 'EX', RECORD_TTL)
redis.call('DEL', P .. 'repair')
return {'whole'}
