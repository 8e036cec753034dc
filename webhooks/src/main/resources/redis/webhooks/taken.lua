#!lua
-- The log has been taken up to this offset; the record before it was written at this time. A Redis that was emptied, or
-- lacks its last writes and was not told so yet, does not know all of it: the log is read again from what it knew.
local server = redis.call('GET', P .. 'server')
local here = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if redis.call('EXISTS', EPOCH) == 0 or (server and server ~= here) then return {'forgotten'} end
note_taken(ARGV[1], ARGV[2])
return {'noted'}
