-- A job that waits though every record that could be its own has been taken. One that was restored
-- had ended before; one that no worker ever saw was never in the log; any other is enqueued again.
local job_id, queued_before = ARGV[1], tonumber(ARGV[2])
local fields = redis.call('HMGET', KEYS[1], 'state', 'queued_at', 'owner', 'record', 'restored', 'idempotency')
if not fields[1] then
  redis.call('ZREM', FIRST, job_id)
  redis.call('ZREM', BULK, job_id)
  return {'dropped'}
end
if fields[1] ~= 'queued' or tonumber(fields[2]) > queued_before then return {'moving'} end
if redis.call('ZSCORE', held_of(fields[3]), job_id) then return {'moving'} end
if fields[5] or not fields[4] then
  leave_lanes(job_id, fields[3])
  redis.call('DEL', KEYS[1])
  if fields[6] then redis.call('DEL', fields[6]) end
  return {'dropped'}
end
local at = now()
wait_in_lane(KEYS[1], job_id, fields[3], redis.call('HGET', KEYS[1], 'lane') or 'first', at)
return {'again', fields[4]}
