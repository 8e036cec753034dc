#!lua flags=allow-oom
-- Puts jobs back that are in the log and that Redis has forgotten; answers those that were. Should one
-- have ended before, no record of it will come, and the reconciler drops it again.
-- ARGV: the jobs, each with its lane and its record's address.
local restored = {}
for _, argument in ipairs(ARGV) do
  local job = told(argument)
  local state = redis.call('HGET', job_of(job.job_id), 'state')
  if not state and forgotten(job.job_id, job.accepted) then
    remember(job, 'record', job.record, 'restored', 1)
    -- Waiting from now on: a time before this one says nothing about its record.
    wait_in_lane(job_of(job.job_id), job.job_id, job.owner, job.lane, now())
    restored[#restored + 1] = job.job_id
  elseif ended(state) then
    bury(job.job_id, state, job.accepted)
  end
end
return restored
