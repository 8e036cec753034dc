#!lua flags=allow-oom
-- This message of the batch is in the log.
-- ARGV: the batch, the delivery.
local fields = redis.call('HMGET', KEYS[1], 'delivery', 'ttl', 'finished')
if not fields[1] then
  redis.call('ZREM', BATCH_OUTBOX, ARGV[1])
  return {'unknown'}
end
redis.call('HSET', KEYS[1], 'told', ARGV[2])
if fields[1] == ARGV[2] then
  redis.call('ZREM', BATCH_OUTBOX, ARGV[1])
  if fields[3] then
    for _, each in ipairs({KEYS[1], batches.jobs(ARGV[1]), batches.states(ARGV[1])}) do
      redis.call('EXPIRE', each, fields[2])
    end
  end
end
return {'ok'}
