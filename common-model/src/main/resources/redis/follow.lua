#!lua flags=allow-oom
-- Somebody watches a job: the worker that runs it is told to pass its output on.
local fields = redis.call('HMGET', KEYS[1], 'state', 'worker')
if fields[1] ~= 'running' or not fields[2] then return {'not_running'} end
redis.call('PUBLISH', P .. 'follow:' .. fields[2], ARGV[1])
return {'told'}
