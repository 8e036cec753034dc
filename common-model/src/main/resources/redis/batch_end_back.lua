#!lua flags=allow-oom
-- Ends of batches' jobs as the log has them, for a Redis that may have forgotten them.
-- ARGV: of each the batch, the index, the job and its state, with spaces between.
for _, argument in ipairs(ARGV) do
  local batch_id, index, job_id, state = string.match(argument, '(%S+) (%d+) (%S+) (%S+)')
  local from = index * ID_LENGTH
  local there = redis.call('GETRANGE', batches.jobs(batch_id), from, from + ID_LENGTH - 1)
  local fields = redis.call('HMGET', job_of(job_id), 'state', 'owner', 'worker')
  if there ~= '' and (there == job_id or redis.call('EXISTS', job_of(there)) == 0) then
    if fields[1] and not ended(fields[1]) then
      -- It was restored from its record, though it had ended.
      if fields[1] == 'running' then leave_slot(job_id, fields[2]) else leave_lanes(job_id, fields[2]) end
      if fields[3] then redis.call('PUBLISH', P .. 'kills:' .. fields[3], job_id) end
      redis.call('DEL', job_of(job_id))
      redis.call('SET', tombstone_of(job_id), state, 'EX', RECORD_TTL)
    end
    redis.call('SETRANGE', batches.jobs(batch_id), from, job_id)
    batches.count(batch_id, index, job_id, ended(fields[1]) and fields[1] or state)
  end
end
return {'ok'}
