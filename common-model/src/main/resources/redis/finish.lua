#!lua flags=allow-oom
-- Records how a job ended, unless somebody else already has or a later attempt runs. Saying it
-- again, because the first answer was not heard, is answered alike.
local job_id, attempt, state, status, head, tail, run_us, ttl =
  ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8]
local owner, id, accepted, webhook_url, gateway = ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]

local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'result_of')
local resumable, reply = '', nil
if fields[3] ~= ARGV[2] then
  if ended(fields[1]) or (fields[1] and tonumber(fields[2]) > attempt) then
    return {'stale', fields[1]}
  end
  if not fields[1] then
    if not forgotten(job_id, tonumber(accepted)) then return {'stale'} end
    leave_slot(job_id, owner)
    redis.call('HSET', KEYS[1], 'v', 1, 'owner', owner, 'accepted', accepted)
    if id ~= '' then redis.call('HSET', KEYS[1], 'id', string.sub(id, 2)) end
    if gateway ~= '' then redis.call('HSET', KEYS[1], 'watchers', gateway) end
    if webhook_url ~= '' then redis.call('HSET', KEYS[1], 'webhook_url', webhook_url) end
  end
  if fields[1] ~= 'running' then redis.call('HSET', KEYS[1], 'started', text(now() - run_us)) end
  redis.call('HSET', KEYS[1], 'attempt', attempt, 'result_of', attempt)
  reply = finish_job(KEYS[1], job_id, state, status, head, tail, run_us, ttl)
  resumable = resume_held(owner)
end
return {'recorded', text(redis.call('ZCARD', FIRST)), text(redis.call('ZCARD', BULK)), resumable,
  reply or redis.call('HGET', KEYS[1], 'reply')}
