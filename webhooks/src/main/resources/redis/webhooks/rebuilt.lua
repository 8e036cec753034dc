#!lua
-- The log has been read, up to an offset and a time where it had any record: claims may go on.
if ARGV[1] ~= '' then note_taken(ARGV[1], ARGV[2]) end
redis.call('SET', EPOCH, text(now()))
redis.call('DEL', READER)
return {'open'}
