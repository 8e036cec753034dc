#!lua flags=allow-oom
-- Ends of batches' jobs that are not in the log; nobody else is told of them for some seconds.
-- ARGV: who asks, how many at most.
if redis.call('EXISTS', BATCH_ENDS) == 0 or not redis.call('SET', BATCH_ENDS .. ':taken', ARGV[1], 'NX', 'PX', 5000) then
  return {}
end
return redis.call('LRANGE', BATCH_ENDS, 0, ARGV[2] - 1)
