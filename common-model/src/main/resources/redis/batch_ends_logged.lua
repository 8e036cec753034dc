#!lua flags=allow-oom
-- As many of these ends are in the log.
-- ARGV: who took them, how many.
if redis.call('GET', BATCH_ENDS .. ':taken') == ARGV[1] then
  redis.call('LTRIM', BATCH_ENDS, ARGV[2], -1)
  redis.call('DEL', BATCH_ENDS .. ':taken')
end
return {'ok'}
