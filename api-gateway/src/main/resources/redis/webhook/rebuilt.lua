-- The log has been read: claims may go on.
redis.call('SET', EPOCH, text(now()))
return {'open'}
