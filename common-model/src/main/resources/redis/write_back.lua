#!lua flags=allow-oom
-- The first completion of a job in the log is its end, which its webhook may have told already.
local job_id, reply, times, ttl = ARGV[1], told_reply(2), ARGV[9], ARGV[10]
local fields = redis.call('HMGET', KEYS[1], 'state', 'worker', 'times', 'status')
if not fields[1] then
  redis.call('SET', tombstone_of(job_id), reply.state, 'EX', RECORD_TTL)
  return {'unknown'}
end
if ended(fields[1]) and fields[3] == times and fields[4] == reply.status then return {'known'} end
if fields[1] == 'running' then redis.call('PUBLISH', P .. 'kills:' .. (fields[2] or ''), job_id) end
finish_job(KEYS[1], job_id, reply, -1, ttl, times)
redis.call('ZREM', OUTBOX, job_id)
local keep = redis.call('HGET', KEYS[1], 'keep') or ttl
redis.call('EXPIRE', KEYS[1], keep)
redis.call('EXPIRE', body_of(job_id), keep)
return {'done'}
