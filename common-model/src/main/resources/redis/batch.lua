#!lua flags=no-writes
-- All that is known of a batch: its fields.
return redis.call('HGETALL', KEYS[1])
