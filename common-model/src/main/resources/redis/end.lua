-- Ends a job on the word of somebody who does not run it: its caller, or the reaper.
-- attempt '': whatever the attempt; owner '': whoever owns it; only_queued '1': not one that runs.
local job_id, owner, attempt, only_queued, state, status, head, tail, ttl =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'owner', 'worker')
if not fields[1] or fields[1] == 'refused' or (owner ~= '' and fields[3] ~= owner) then return {'unknown'} end
if ended(fields[1]) then return {'ended', fields[1]} end
if attempt ~= '' and fields[2] ~= attempt then return {'stale'} end
if only_queued == '1' and fields[1] ~= 'queued' then return {'stale'} end
finish_job(KEYS[1], job_id, state, status, head, tail, -1, ttl)
if fields[1] == 'running' and fields[4] then
  redis.call('PUBLISH', P .. 'kills:' .. fields[4], job_id)
end
return {'done', next_held(fields[3])}
