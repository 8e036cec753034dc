#!lua flags=allow-oom
-- Whether Redis remembers all that it was told ('whole', which is then noted with its time) or the lanes
-- must be compared with the log, since when; and which start of Redis this is, since it was last emptied.
-- ARGV: seconds that the log keeps records.
local epoch, at = redis.call('GET', EPOCH), now()
if not whole() then
  local since = note_doubt()
  redis.call('EXPIRE', DOUBTS, 2 * ARGV[1], 'GT')
  return {'doubtful', run_id() .. ' ' .. (epoch or ''), since}
end
if math.abs(at - (redis.call('GET', REMEMBERED) or 0)) >= 900000 then
  redis.call('SET', REMEMBERED, text(at), 'EX', RECORD_TTL)
  redis.call('ZREMRANGEBYSCORE', DOUBTS, '-inf', text(at - 2000000 * ARGV[1]))
end
return {'whole', run_id() .. ' ' .. epoch, '0'}
