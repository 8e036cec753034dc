#!lua flags=no-writes
-- Jobs of a batch from an index on, with their replies: the index to go on from, or '' at the end; then of each its
-- index, id, state, status, body, address in the log, times. What is not known is ''.
-- ARGV: the batch; the index; letters of the states that are asked for, or '' for all; '1': none behind the first
-- that has not ended; how many at most; bytes of bodies after which no more are added.
local batch_id, from, wanted, in_order = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local most, room = tonumber(ARGV[5]), tonumber(ARGV[6])
local states, answer = redis.call('GET', batches.states(batch_id)) or '', {''}
for index = from, #states - 1 do
  local code = string.sub(states, index + 1, index + 1)
  if (in_order == '1' and not ended(STATES[code])) or most == 0 or room <= 0 then
    answer[1] = text(index)
    break
  end
  if wanted == '' or string.find(wanted, code, 1, true) then
    local job_id = redis.call('GETRANGE', batches.jobs(batch_id), index * ID_LENGTH, (index + 1) * ID_LENGTH - 1)
    local fields, body = {}, ''
    if ended(STATES[code]) then
      fields = redis.call('HMGET', job_of(job_id), 'status', 'reply_at', 'times')
      body = fields[1] and not fields[2] and redis.call('GET', body_of(job_id)) or ''
    end
    for _, value in ipairs({text(index), job_id, STATES[code], fields[1] or '', body, fields[2] or '', fields[3] or ''}) do
      answer[#answer + 1] = value
    end
    most, room = most - 1, room - #body
  end
end
return answer
