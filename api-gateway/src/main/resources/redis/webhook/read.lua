-- One gateway at a time reads the log for a Redis that was emptied. Answers whether it is this one.
local lease = ARGV[1]
if redis.call('EXISTS', EPOCH) == 1 then return {'open'} end
return {redis.call('SET', READER, '1', 'NX', 'PX', lease) and 'yours' or 'taken'}
