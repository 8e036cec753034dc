#!lua flags=allow-oom
-- Jobs whose lease has lapsed, with the attempt that held it.
-- ARGV: how many at most, a lease in us, a silence in us.
-- A worker is dead before that when its subscription is gone from the very server that had it, and no beat came since.
local at, here, dead = now(), run_id(), {}
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', P .. 'workers', '-inf', text(at + ARGV[2] - ARGV[3]))) do
  local card = redis.call('HMGET', P .. 'worker:' .. worker, 'at', 'heard_by')
  if card[2] and card[2] ~= '' and card[2] == here and tonumber(card[1]) + tonumber(ARGV[3]) < at
    and subscribers(worker) == 0 then
    dead[worker] = true
    redis.call('ZREM', P .. 'workers', worker)
    redis.call('DEL', P .. 'worker:' .. worker)
  end
end
if next(dead) then
  for _, job_id in ipairs(redis.call('ZRANGE', RUNNING, 0, -1)) do
    if dead[redis.call('HGET', job_of(job_id), 'worker')] then redis.call('ZADD', RUNNING, 0, job_id) end
  end
end
-- None lasts longer than a lease, even if the clock was set back.
local lapsed, longest = {}, text(now() + ARGV[2])
for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '(' .. longest, '+inf', 'LIMIT', 0, ARGV[1])) do
  redis.call('ZADD', RUNNING, longest, job_id)
end
for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', RUNNING, '-inf', text(now()), 'LIMIT', 0, ARGV[1])) do
  local fields = redis.call('HMGET', job_of(job_id), 'state', 'attempt', 'owner')
  if fields[1] == 'running' then
    lapsed[#lapsed + 1] = job_id .. ' ' .. fields[2]
  else
    redis.call('ZREM', RUNNING, job_id)
    if fields[3] then redis.call('SREM', running_of(fields[3]), job_id) end
  end
end
return lapsed
