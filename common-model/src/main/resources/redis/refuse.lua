#!lua flags=allow-oom
-- The queue did not confirm the job's record: should it arrive all the same, it must not run.
local job_id, ttl = ARGV[1], ARGV[2]
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'owner', 'idempotency', 'accepted', 'files')
if fields[1] and (fields[1] ~= 'queued' or tonumber(fields[2]) > 0) then return {'too_late'} end
if fields[3] then
  leave_lanes(job_id, fields[3])
  redis.call('ZREM', jobs_of(fields[3]), job_id)
end
let_go_of_files(job_id, fields[6])
redis.call('HDEL', KEYS[1], 'files')
redis.call('HSET', KEYS[1], 'v', 1, 'state', 'refused')
redis.call('EXPIRE', KEYS[1], ttl)
bury(job_id, 'refused', tonumber(fields[5] or now()))
if fields[4] then redis.call('DEL', fields[4]) end
return {'refused'}
