#!lua flags=allow-oom
-- Ended jobs with a webhook whose completion should long be in the log. Nobody else is told of them before
-- that age has passed again: whoever asks now publishes them.
local jobs = redis.call('ZRANGEBYSCORE', OUTBOX, '-inf', text(now() - tonumber(ARGV[1])), 'LIMIT', 0, ARGV[2])
for _, job_id in ipairs(jobs) do redis.call('ZADD', OUTBOX, text(now()), job_id) end
return jobs
