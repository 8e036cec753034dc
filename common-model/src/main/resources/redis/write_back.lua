#!lua flags=allow-oom
-- The first completion of a job in the log is its end, which its webhook may have told already.
local job_id, state, status, head, tail, times, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local fields = redis.call('HMGET', KEYS[1], 'state', 'worker', 'times', 'status')
if not fields[1] then
  redis.call('SET', tombstone_of(job_id), state, 'EX', RECORD_TTL)
  return {'unknown'}
end
if ended(fields[1]) and fields[3] == times and fields[4] == status then return {'known'} end
if fields[1] == 'running' then redis.call('PUBLISH', P .. 'kills:' .. (fields[2] or ''), job_id) end
finish_job(KEYS[1], job_id, state, status, head, tail, -1, ttl, times)
redis.call('ZREM', OUTBOX, job_id)
redis.call('EXPIRE', KEYS[1], redis.call('HGET', KEYS[1], 'keep'))
return {'done'}
