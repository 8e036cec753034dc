#!lua flags=allow-oom
-- Gives an environment that jobs wait for, and that nobody builds, to a builder; with what was asked for. Nothing when
-- there is none. ARGV: the builder, microseconds for which it is the only one.
for _, key in ipairs(redis.call('ZRANGE', packages.WANTED, 0, -1)) do
  if redis.call('ZCARD', preparing_of(key)) == 0 then
    packages.unwant(key)
  elseif redis.call('EXISTS', packages.row_of(key)) == 0
    and redis.call('SET', packages.builder_of(key), ARGV[1], 'NX', 'PX', math.ceil(ARGV[2] / 1000)) then
    return {key, redis.call('HGET', packages.ASKED, key) or '[]'}
  end
end
return {}
