#!lua flags=allow-oom
-- Ends some of the jobs of a batch that have not ended, on its caller's word: how many were, how many are left.
-- ARGV: the batch, a reply (seven) for the job of no id, seconds that it is kept, how many at most.
local batch_id, reply, ttl, most = ARGV[1], told_reply(2), ARGV[9], tonumber(ARGV[10])
local head, nobody = reply.head, '"job_id":"00000000-0000-0000-0000-000000000000"'
local from, to = string.find(head, nobody, 1, true)
local states, done = redis.call('GET', batches.states(batch_id)), 0
if not states then return {'unknown'} end
if tonumber(redis.call('HGET', KEYS[1], 'left')) > 0 then redis.call('HSET', KEYS[1], 'stopped', 1) end
for index = 0, #states - 1 do
  if done == most then break end
  if not ended(STATES[string.sub(states, index + 1, index + 1)]) then
    local job_id = redis.call('GETRANGE', batches.jobs(batch_id), index * ID_LENGTH, (index + 1) * ID_LENGTH - 1)
    local fields = redis.call('HMGET', job_of(job_id), 'state', 'worker')
    if fields[1] and not ended(fields[1]) then
      reply.head = string.sub(head, 1, from - 1) .. '"job_id":"' .. job_id .. '"' .. string.sub(head, to + 1)
      finish_job(job_of(job_id), job_id, reply, -1, ttl)
      if fields[1] == 'running' and fields[2] then redis.call('PUBLISH', P .. 'kills:' .. fields[2], job_id) end
    else
      batches.count(batch_id, index, job_id, reply.state)
    end
    done = done + 1
  end
end
return {'cancelled', text(done), redis.call('HGET', KEYS[1], 'left') or '0'}
