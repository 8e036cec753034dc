#!lua flags=allow-oom
-- Puts jobs back that are in the log and that Redis has forgotten; answers those that were. Should one
-- have ended before, no record of it will come, and the reconciler drops it again.
-- ARGV: 10 values a job.
local restored = {}
for i = 1, #ARGV, 10 do
  local job_id, owner, lane, id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local job = P .. 'job:' .. job_id
  local state = redis.call('HGET', job, 'state')
  if not state and forgotten(job_id, tonumber(ARGV[i + 4])) then
    redis.call('HSET', job, 'v', 1, 'owner', owner, 'accepted', ARGV[i + 4], 'attempt', 0, 'timeout', ARGV[i + 5],
      'record', ARGV[i + 8], 'restored', 1)
    if id ~= '' then redis.call('HSET', job, 'id', string.sub(id, 2)) end
    if ARGV[i + 6] ~= '' then redis.call('HSET', job, 'webhook_url', ARGV[i + 6]) end
    if ARGV[i + 7] ~= '' then redis.call('HSET', job, 'watchers', ARGV[i + 7]) end
    promise_again(job, job_id, owner, ARGV[i + 9])
    -- Waiting from now on: a time before this one says nothing about its record.
    wait_in_lane(job, job_id, owner, lane, now())
    restored[#restored + 1] = job_id
  elseif ended(state) then
    bury(job_id, state, tonumber(ARGV[i + 4]))
  end
end
return restored
