#!lua flags=allow-oom
-- Records how a job ended, unless somebody else already has or a later attempt runs. Saying it
-- again, because the first answer was not heard, is answered alike.
-- times: those that the reply was minted with, when Redis may have forgotten that it was; else ''. It was
-- seen by then, and holds whatever runs now.
local job_id, attempt, reply, run_us, ttl =
  ARGV[1], tonumber(ARGV[2]), told_reply(3), tonumber(ARGV[10]), ARGV[11]
local owner, id, accepted, webhook_url, gateway = ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16]
local promise, minted = ARGV[17], ARGV[18]

-- The job may have ended already, and its webhook have been sent.
if minted == '' and webhook_url ~= '' and older() then return {'later'} end
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'result_of', 'worker')
local resumable, times = '', nil
if fields[3] ~= ARGV[2] then
  if ended(fields[1]) or (minted == '' and fields[1] and tonumber(fields[2]) > attempt) then
    return {'stale', fields[1]}
  end
  if not fields[1] then
    if not forgotten(job_id, tonumber(accepted)) then return {'stale'} end
    leave_slot(job_id, owner)
    redis.call('HSET', KEYS[1], 'v', 1, 'owner', owner, 'accepted', accepted)
    if id ~= '' then redis.call('HSET', KEYS[1], 'id', string.sub(id, 2)) end
    if gateway ~= '' then redis.call('HSET', KEYS[1], 'watchers', gateway) end
    if webhook_url ~= '' then redis.call('HSET', KEYS[1], 'webhook_url', webhook_url) end
    promise_again(KEYS[1], job_id, owner, promise)
  end
  if fields[1] == 'running' and minted ~= '' then redis.call('PUBLISH', P .. 'kills:' .. (fields[4] or ''), job_id) end
  if fields[1] ~= 'running' then redis.call('HSET', KEYS[1], 'started', text(now() - run_us)) end
  redis.call('HSET', KEYS[1], 'attempt', attempt, 'result_of', attempt)
  times = finish_job(KEYS[1], job_id, reply, run_us, ttl, minted)
  resumable = resume_held(owner)
end
return {'recorded', text(redis.call('ZCARD', FIRST)), text(redis.call('ZCARD', BULK)), resumable,
  times or redis.call('HGET', KEYS[1], 'times')}
