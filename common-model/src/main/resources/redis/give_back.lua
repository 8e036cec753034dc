#!lua flags=allow-oom
-- A running job goes back into its lane: released by a worker that stops, after a fault of ours, or
-- because its worker vanished. The two faults are counted; at the limit the job is exhausted. Where it need not be
-- tried before some time has passed, it waits for that time, and its caller enqueues nothing.
-- ARGV: the job, the attempt, why, the limit, microseconds in which it is not to be tried.
local job_id, attempt, why, limit, pause = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'owner', 'lane', 'record')
if fields[1] ~= 'running' or tonumber(fields[2]) ~= attempt then return {'stale'} end
local at = now()
if why == 'worker_lost' then
  local lease = redis.call('ZSCORE', RUNNING, job_id)
  if lease and tonumber(lease) > at then return {'stale'} end
end
if (why == 'sandbox_failed' or why == 'worker_lost') and redis.call('HINCRBY', KEYS[1], why, 1) >= limit then return {'exhausted'} end
leave_slot(job_id, fields[3])
wait_in_lane(KEYS[1], job_id, fields[3], fields[4] or 'first', at + pause)
if fields[5] then go_ahead(job_id, at + pause) end
return {'queued', pause == 0 and fields[5] or '', resume_held(fields[3])}
