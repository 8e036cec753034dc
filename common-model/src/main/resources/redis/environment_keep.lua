#!lua flags=allow-oom
-- A builder goes on. ARGV: the environment's key, the builder, microseconds; 0 lets others try.
local builder = packages.builder_of(ARGV[1])
if redis.call('GET', builder) ~= ARGV[2] then return {'lost'} end
if tonumber(ARGV[3]) > 0 then
  redis.call('PEXPIRE', builder, math.ceil(ARGV[3] / 1000))
else
  redis.call('DEL', builder)
end
return {'kept'}
