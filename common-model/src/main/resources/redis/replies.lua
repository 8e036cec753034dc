#!lua flags=no-writes
-- The replies of those of the jobs that have ended: id, status, body, address in the log, times of each.
local replies = {}
for _, job_id in ipairs(ARGV) do
  local fields = redis.call('HMGET', job_of(job_id), 'state', 'status', 'reply_at', 'times')
  if ended(fields[1]) and fields[2] then
    local body = not fields[3] and redis.call('GET', body_of(job_id)) or ''
    for _, value in ipairs({job_id, fields[2], body, fields[3] or '', fields[4]}) do replies[#replies + 1] = value end
  end
end
return replies
