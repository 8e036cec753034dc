#!lua flags=allow-oom
-- Ended batches with a webhook whose message is not in the log. Nobody else is told of them for ten seconds:
-- whoever asks now publishes them.
local due = redis.call('ZRANGEBYSCORE', BATCH_OUTBOX, '-inf', text(now()), 'LIMIT', 0, ARGV[1])
for _, batch_id in ipairs(due) do redis.call('ZADD', BATCH_OUTBOX, text(now() + 10000000), batch_id) end
return due
