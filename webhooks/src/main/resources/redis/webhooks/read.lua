#!lua
-- One gateway at a time reads the log for a Redis that was emptied, or that lacks its last writes. Answers whether it
-- is this one, and from where: what was taken before then, Redis remembers.
local lease = ARGV[1]
if redis.call('EXISTS', EPOCH) == 1 then return {'open'} end
if not redis.call('SET', READER, '1', 'NX', 'PX', lease) then return {'taken'} end
return {'yours', string.match(redis.call('GET', TAKEN) or '0', '^%d+')}
