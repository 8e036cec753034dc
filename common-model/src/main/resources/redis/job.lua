#!lua flags=no-writes
-- All that is known of a job: its fields, and the body of its reply where that is not in the log.
local known = redis.call('HGETALL', KEYS[1])
known[#known + 1] = 'body'
known[#known + 1] = redis.call('GET', body_of(ARGV[1])) or ''
return known
