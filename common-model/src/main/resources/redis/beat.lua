-- A worker says that it lives and extends the leases of its jobs; answers those it has lost.
-- ARGV: worker, life in us, lease in us, slots, tier, limits, host, then 9 values a job.
local worker, life_us, lease_us = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now()
local workers, card = P .. 'workers', P .. 'worker:' .. worker
if life_us > 0 then
  redis.call('ZADD', workers, text(at + life_us), worker)
  redis.call('HSET', card, 'slots', ARGV[4], 'tier', ARGV[5], 'limits', ARGV[6], 'host', ARGV[7])
  redis.call('PEXPIRE', card, math.floor(life_us / 1000))
else
  redis.call('ZREM', workers, worker)
  redis.call('DEL', card)
end
redis.call('ZREMRANGEBYSCORE', workers, '-inf', '(' .. text(at))
local slots = 0
for _, living in ipairs(redis.call('ZRANGE', workers, 0, -1)) do
  slots = slots + tonumber(redis.call('HGET', P .. 'worker:' .. living, 'slots') or 0)
end
redis.call('SET', P .. 'slots', slots, 'EX', 60)

local lost = {}
for i = 8, #ARGV, 9 do
  local job_id, attempt, record, owner, id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local job = P .. 'job:' .. job_id
  local fields = redis.call('HMGET', job, 'state', 'attempt')
  if not fields[1] then
    -- Redis was emptied while the job runs.
    redis.call('HSET', job, 'v', 1, 'state', 'running', 'attempt', attempt, 'record', record, 'owner', owner,
      'accepted', ARGV[i + 5], 'started', text(at), 'worker', worker, 'timeout', ARGV[i + 8])
    if id ~= '' then redis.call('HSET', job, 'id', string.sub(id, 2)) end
    if ARGV[i + 6] ~= '' then redis.call('HSET', job, 'webhook_url', ARGV[i + 6]) end
    if ARGV[i + 7] ~= '' then redis.call('HSET', job, 'watchers', ARGV[i + 7]) end
    redis.call('EXPIRE', job, 604800)
    fields = {'running', attempt}
  elseif fields[1] == 'queued' and tonumber(fields[2]) < tonumber(attempt) then
    -- Redis came back without its last writes: take the claim again.
    leave_lanes(job_id, owner)
    redis.call('HSET', job, 'state', 'running', 'attempt', attempt, 'record', record, 'worker', worker, 'started', text(at))
    fields = {'running', attempt}
  end
  if fields[1] == 'running' and fields[2] == attempt then
    redis.call('ZADD', RUNNING, text(at + lease_us), job_id)
    redis.call('SADD', running_of(owner), job_id)
  else
    lost[#lost + 1] = job_id
  end
end
return lost
