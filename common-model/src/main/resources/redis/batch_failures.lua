#!lua flags=no-writes
-- Of the jobs of a batch that failed, timed out or expired: the index, the id, and the address of its record or ''.
-- ARGV: the batch.
local states, ids = redis.call('GET', batches.states(ARGV[1])) or '', redis.call('GET', batches.jobs(ARGV[1]))
local answer = {}
for index = 0, #states - 1 do
  if string.find('fte', string.sub(states, index + 1, index + 1), 1, true) then
    local job_id = job_at(ids, index)
    answer[#answer + 1] = text(index)
    answer[#answer + 1] = job_id
    answer[#answer + 1] = redis.call('HGET', job_of(job_id), 'record') or ''
  end
end
return answer
