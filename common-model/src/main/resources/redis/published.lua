#!lua flags=allow-oom
-- The job's completion is in the log: its reply need not be kept for it any longer.
redis.call('ZREM', OUTBOX, ARGV[1])
local keep = redis.call('HGET', KEYS[1], 'keep')
if keep then
  redis.call('EXPIRE', KEYS[1], keep)
  redis.call('EXPIRE', body_of(ARGV[1]), keep)
end
return {'ok'}
