#!lua flags=allow-oom
-- A builder goes on, or lets others try afterwards. ARGV: the environment's key, the builder, microseconds.
local builder = packages.builder_of(ARGV[1])
if redis.call('GET', builder) ~= ARGV[2] then return {'lost'} end
redis.call('PEXPIRE', builder, math.ceil(ARGV[3] / 1000))
return {'kept'}
