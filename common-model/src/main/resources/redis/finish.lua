#!lua flags=allow-oom
-- Records how a job ended, unless somebody else already has or a later attempt runs. Saying it
-- again, because the first answer was not heard, is answered alike.
-- times: those that the reply was minted with, when Redis may have forgotten that it was; else ''. It was
-- seen by then, and holds whatever runs now.
-- ARGV: the job, the attempt, the reply (seven), microseconds of its run, seconds that it is kept, times.
local job, attempt, reply, run_us, ttl, minted =
  told(ARGV[1]), tonumber(ARGV[2]), told_reply(3), tonumber(ARGV[10]), ARGV[11], ARGV[12]
local job_id, owner = job.job_id, job.owner

-- The job may have ended already, and its webhook have been sent.
if minted == '' and job.webhook_url and older() then return {'later'} end
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'result_of', 'worker')
local resumable, times = '', nil
if fields[3] ~= ARGV[2] then
  if ended(fields[1]) or (minted == '' and fields[1] and tonumber(fields[2]) > attempt) then
    return {'stale', fields[1]}
  end
  if not fields[1] then
    if not forgotten(job_id, job.accepted) then return {'stale'} end
    leave_slot(job_id, owner)
    remember(job)
  end
  if fields[1] == 'running' and minted ~= '' then redis.call('PUBLISH', P .. 'kills:' .. (fields[4] or ''), job_id) end
  if fields[1] ~= 'running' then redis.call('HSET', KEYS[1], 'started', text(now() - run_us)) end
  redis.call('HSET', KEYS[1], 'attempt', attempt, 'result_of', attempt)
  times = finish_job(KEYS[1], job_id, reply, run_us, ttl, minted)
  resumable = job.batch and resume_held('batch:' .. job.batch.batch_id) or ''
  if resumable == '' then resumable = resume_held(owner) end
end
return {'recorded', text(redis.call('ZCARD', FIRST)), text(redis.call('ZCARD', BULK)), resumable,
  times or redis.call('HGET', KEYS[1], 'times')}
