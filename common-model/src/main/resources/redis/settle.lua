#!lua flags=allow-oom
-- A job that waits though every record that could be its own has been taken. One that was restored
-- had ended before, and is dropped; one that a worker saw is enqueued again. Of any other somebody
-- must look for its record in the log first, and say where it is, or 'none'.
local job_id, queued_before, found = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local fields = redis.call('HMGET', KEYS[1], 'state', 'queued_at', 'owner', 'lane', 'record', 'restored', 'idempotency',
  'files', 'batch')
if fields[1] ~= 'queued' then
  redis.call('ZREM', FIRST, job_id)
  redis.call('ZREM', BULK, job_id)
  if fields[3] then redis.call('ZREM', waiting_of(fields[3]), job_id) end
  return {'dropped'}
end
if tonumber(fields[2] or 0) > queued_before then return {'moving'} end
if redis.call('ZSCORE', HELD, job_id) then return {'moving'} end
if fields[9] then
  if batches.drop_if_dead(fields[9]) then return {'dropped'} end
  -- Had it ended, its batch would know it from the log: it runs again rather than never.
  if fields[6] then redis.call('HDEL', KEYS[1], 'restored') end
  fields[6] = false
  if found == 'none' then return {'moving'} end
end
if not fields[6] and not fields[5] and found == '' then return {'unseen'} end
if fields[6] or (not fields[5] and found == 'none') then
  leave_lanes(job_id, fields[3])
  let_go_of_files(job_id, fields[8])
  redis.call('DEL', KEYS[1])
  if fields[7] then redis.call('DEL', fields[7]) end
  return {'dropped'}
end
if not fields[5] then redis.call('HSET', KEYS[1], 'record', found) end
wait_in_lane(KEYS[1], job_id, fields[3], fields[4] or 'first', now())
go_ahead(job_id, now())
return {'again', fields[5] or found}
