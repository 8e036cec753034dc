#!lua flags=no-writes
-- Ended jobs with a webhook whose completion should long be in the log.
return redis.call('ZRANGEBYSCORE', OUTBOX, '-inf', text(now() - tonumber(ARGV[1])), 'LIMIT', 0, ARGV[2])
