#!lua flags=allow-oom
-- Who was to read the log could not.
redis.call('DEL', READER)
return {'free'}
