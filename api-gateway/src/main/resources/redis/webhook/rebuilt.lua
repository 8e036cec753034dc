-- The log has been read: claims may go on.
redis.call('SET', EPOCH, text(now()))
redis.call('DEL', READER)
return {'open'}
