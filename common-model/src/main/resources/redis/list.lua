#!lua flags=no-writes
-- The last jobs of an owner (KEYS[1] names them), newest first: seven fields each, in one row.
-- ARGV: a state or '' for all, how many at most.
local wanted, most = ARGV[1], tonumber(ARGV[2])
local rows = {}
for _, job_id in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, 999)) do
  if #rows >= most * 8 then break end
  local fields = redis.call('HMGET', P .. 'job:' .. job_id,
    'state', 'id', 'accepted', 'started', 'finished', 'attempt', 'webhook_url')
  if fields[1] and fields[1] ~= 'refused' and (wanted == '' or fields[1] == wanted) then
    rows[#rows + 1] = job_id
    for i = 1, 7 do rows[#rows + 1] = fields[i] and '=' .. fields[i] or '' end
  end
end
return rows
