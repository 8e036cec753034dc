#!lua
-- Writes a delivery down, unless it is known, or over: a share group that is reset shows records again that were
-- taken long ago. Its next attempt is due after the delay, or, when the taker makes it now, the delay is the taker's lease.
local job_id, owner, url, offset, bytes, delay, leased, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4],
  ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])
local written = ARGV[9]
if redis.call('EXISTS', KEYS[1]) == 1 then return {'known'} end
if taken_before(offset, written) then return {'over'} end
begin(job_id, owner, url, offset, bytes, 'pending', ttl)
if redis.call('EXISTS', EPOCH) == 0 then
  -- It may have ended before Redis was emptied. Nothing is claimed until the log has been read, which says so.
  redis.call('ZADD', DUE, text(now()), job_id)
  return {'later'}
end
if leased == '1' then redis.call('HSET', KEYS[1], 'flight', text(now() + delay)) end
redis.call('ZADD', DUE, text(now() + delay), job_id)
return {'taken'}
