#!lua flags=allow-oom
-- Ends a job on the word of somebody who does not run it: its caller, or the reaper.
-- attempt '': whatever the attempt; owner '': whoever owns it. A job that its owner's limit held
-- back and that may run now is found by the next round of resume.
local job_id, owner, attempt, reply, ttl = ARGV[1], ARGV[2], ARGV[3], told_reply(4), ARGV[11]
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'owner', 'worker')
if not fields[1] or fields[1] == 'refused' or (owner ~= '' and fields[3] ~= owner) then return {'unknown'} end
if ended(fields[1]) then return {'ended', fields[1]} end
if attempt ~= '' and fields[2] ~= attempt then return {'stale'} end
finish_job(KEYS[1], job_id, reply, -1, ttl)
if fields[1] == 'running' and fields[4] then
  redis.call('PUBLISH', P .. 'kills:' .. fields[4], job_id)
end
return {'done'}
