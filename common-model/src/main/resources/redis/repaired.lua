#!lua flags=allow-oom
-- The lanes are whole: the gate opens, unless Redis was emptied once more while they were rebuilt.
local instance, server = ARGV[1], ARGV[2]
if redis.call('GET', P .. 'repair') ~= instance then return {'again'} end
redis.call('SETNX', EPOCH, instance)
redis.call('SET', P .. 'server', server)
redis.call('DEL', P .. 'repair')
return {'whole'}
