#!lua flags=allow-oom
-- The ends of the jobs of these batches were read again. ARGV: the batches.
redis.call('SREM', FORGOTTEN_BATCHES, unpack(ARGV))
redis.call('DEL', FORGOTTEN_BATCHES .. ':taken')
return {'ok'}
