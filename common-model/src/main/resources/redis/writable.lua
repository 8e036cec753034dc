#!lua
-- Does nothing, but a Redis that is full or read-only refuses it as it would refuse a job. Answers what
-- Redis lets go of when it is full.
return {string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:([%w-]+)') or 'noeviction'}
