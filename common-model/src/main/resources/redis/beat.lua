#!lua flags=allow-oom
-- A worker says that it lives and extends the leases of its jobs; answers how many jobs wait in each lane, and
-- those that are not its own any more: over, or taken by another attempt.
-- ARGV: worker, life in us, lease in us, slots, tier, limits, host, then the jobs, each with its attempt, start and record.
local worker, life_us, lease_us = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now()
local workers, card = P .. 'workers', P .. 'worker:' .. worker
local said = redis.call('HGET', card, 'slots')
if life_us > 0 then
  redis.call('ZADD', workers, text(at + life_us), worker)
  redis.call('PEXPIRE', workers, math.floor(life_us / 500))
  redis.call('HSET', card, 'slots', ARGV[4], 'tier', ARGV[5], 'limits', ARGV[6], 'host', ARGV[7])
  redis.call('PEXPIRE', card, math.floor(life_us / 1000))
  redis.call('HSET', card, 'at', text(at), 'heard_by', subscribers(worker) > 0 and run_id() or '')
else
  redis.call('ZREM', workers, worker)
  redis.call('DEL', card)
end

-- The slots of all that live, counted here so that nobody else needs to; gone with the last of them. Counted when
-- a worker comes, goes or changes, and else by one beat of all workers' in 400 ms: the cost of a beat does not grow.
if life_us <= 0 or said ~= ARGV[4] or redis.call('SET', P .. 'counted', 1, 'NX', 'PX', 400) then
  redis.call('ZREMRANGEBYSCORE', workers, '-inf', '(' .. text(at))
  local slots, life_left = 0, 0
  local living = redis.call('ZRANGE', workers, 0, -1, 'WITHSCORES')
  for i = 1, #living, 2 do
    slots = slots + tonumber(redis.call('HGET', P .. 'worker:' .. living[i], 'slots') or 0)
    life_left = math.max(life_left, tonumber(living[i + 1]) - at)
  end
  if slots > 0 and life_left >= 1000 then
    redis.call('SET', P .. 'slots', slots, 'PX', math.floor(life_left / 1000))
  else
    redis.call('DEL', P .. 'slots')
  end
end

local lost = {}
for i = 8, #ARGV do
  local job = told(ARGV[i])
  local hash = job_of(job.job_id)
  local fields = redis.call('HMGET', hash, 'state', 'attempt')
  local known_attempt = tonumber(fields[2])
  if not fields[1] and not forgotten(job.job_id, job.accepted) then
    fields[1] = 'expired'
  elseif not fields[1] then
    remember(job)
    known_attempt = 0
  end
  if not ended(fields[1]) and known_attempt < job.attempt then
    -- This claim was forgotten with Redis's last writes, or with all of them: it is made again.
    leave_lanes(job.job_id, job.owner)
    redis.call('HSET', hash, 'state', 'running', 'attempt', job.attempt, 'record', job.record, 'worker', worker,
      'started', text(job.started))
    redis.call('HDEL', hash, 'restored')
    if job.batch then batches.count(job.batch.batch_id, job.batch.index, job.job_id, 'running') end
    fields = {'running', text(job.attempt)}
  end
  if fields[1] == 'running' and tonumber(fields[2]) == job.attempt then
    redis.call('ZADD', RUNNING, text(at + lease_us), job.job_id)
    redis.call('SADD', running_of(job.owner), job.job_id)
  else
    lost[#lost + 1] = (ended(fields[1]) and 'over ' or 'taken ') .. job.job_id
  end
end
table.insert(lost, 1, redis.call('ZCARD', FIRST) .. ' ' .. redis.call('ZCARD', BULK))
return lost
