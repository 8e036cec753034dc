#!lua flags=allow-oom
-- Whether no job needs a kept file any more: then none is let in with it from now on, and whoever asked deletes it.
-- ARGV: the file, seconds in which that is done.
local file_id, seconds = ARGV[1], ARGV[2]
if not whole() then return {'unsure'} end
for _, job_id in ipairs(redis.call('SMEMBERS', readers_of(file_id))) do
  local state = redis.call('HGET', job_of(job_id), 'state')
  if state and not ended(state) then return {'needed'} end
  redis.call('SREM', readers_of(file_id), job_id)
end
redis.call('SET', leaving_of(file_id), 1, 'EX', seconds)
return {'free'}
