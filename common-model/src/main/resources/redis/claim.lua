#!lua flags=allow-oom
-- A worker asks for the lease of the job whose record it holds.
-- ARGV: the job, the worker, a lease in us, the record's address; '1' to have a job held whose batch the log may not
-- have got whole, '' to be told; how long a set of packages is remembered after its last use, in seconds.
local job, worker, lease_us, record = told(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4]
local job_id, owner = job.job_id, job.owner

local at = now()
local fields = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'restored', 'start_within')
local state = fields[1]
if not state then
  if not forgotten(job_id, job.accepted) then return {'ended', 'expired'} end
  -- The record says all there is to know.
  remember(job, 'state', 'queued')
  if redis.call('ZSCORE', RUNNING, job_id) then
    -- Only its hash is gone: its worker's next beat says the rest, or its lease lapses.
    redis.call('HSET', KEYS[1], 'state', 'running', 'record', record)
    return {'leased'}
  end
elseif state == 'running' then
  redis.call('HSETNX', KEYS[1], 'record', record)
  return {'leased'}
elseif state ~= 'queued' and state ~= 'preparing' then
  return {'ended', state}
end
if fields[4] then
  -- Whoever looks for such jobs says so to its caller.
  if at > job.accepted + fields[4] * 1000000 then return {'ended', 'expired'} end
end
if fields[3] then redis.call('HDEL', KEYS[1], 'restored') end

local environment = ''
if job.environment then
  environment = redis.call('GET', packages.row_of(job.environment))
  if not environment then
    redis.call('HSET', KEYS[1], 'record', record)
    if state ~= 'preparing' then packages.prepare(job_id, owner, job.environment, job.requirements, at) end
    return {'preparing'}
  end
  redis.call('EXPIRE', packages.row_of(job.environment), ARGV[6])
end

local holder = room_of(owner) <= 0 and owner
if job.batch and not holder then
  if ARGV[5] == '' and not batches.is_open(job.batch) then return {'not_yet'} end
  local batch = 'batch:' .. job.batch.batch_id
  holder = batches.room(batch) <= 0 and batch
end
if holder then
  redis.call('HSET', KEYS[1], 'record', record)
  hold(job_id, owner, holder, at)
  return {'held'}
end

leave_lanes(job_id, owner)
if fields[4] then
  redis.call('HDEL', KEYS[1], 'start_within')
  redis.call('ZREM', DEADLINES, job_id)
end
local attempt = tonumber(fields[2] or 0) + 1
redis.call('HSET', KEYS[1], 'record', record, 'attempt', attempt, 'state', 'running', 'worker', worker,
  'started', text(at))
redis.call('ZADD', RUNNING, text(at + lease_us), job_id)
redis.call('SADD', running_of(owner), job_id)
if job.batch then batches.count(job.batch.batch_id, job.batch.index, job_id, 'running') end
local bucket = P .. 'started:' .. math.floor(at / 1000000 / DRAIN_BUCKET)
if redis.call('INCR', bucket) == 1 then redis.call('EXPIRE', bucket, DRAIN_BUCKET * (DRAIN_BUCKETS + 2)) end
return {'granted', text(attempt), text(at), environment}
