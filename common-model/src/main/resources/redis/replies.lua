#!lua flags=no-writes
-- The replies of those of the jobs that have ended: id, status, body of each.
local replies = {}
for _, job_id in ipairs(ARGV) do
  local fields = redis.call('HMGET', P .. 'job:' .. job_id, 'status', 'reply')
  if fields[2] then
    replies[#replies + 1] = job_id
    replies[#replies + 1] = fields[1]
    replies[#replies + 1] = fields[2]
  end
end
return replies
