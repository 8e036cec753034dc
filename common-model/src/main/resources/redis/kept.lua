#!lua flags=allow-oom
-- What the results that are kept need of the logs: since when, and from which reply on; '' for nothing.
if redis.call('EXISTS', EPOCH) == 0 then return {'rebuilding'} end
-- One instance at a time looks.
if not redis.call('SET', P .. 'trim', ARGV[1], 'NX', 'EX', ARGV[2]) then return {'not_now'} end
local at = now()
local since, reply = least_kept(KEPT_SINCE, at), least_kept(KEPT_REPLIES, at)
return {'kept', text(at), since and text(since) or '', reply and text(reply) or ''}
