-- What every script shares. Time is Redis's own, in microseconds: one clock for all machines.
-- KEYS[1] is the job's hash where a script is about one job; all other keys share its hash tag.
local P = '{millrace}:'
local FIRST, BULK = P .. 'lane:first', P .. 'lane:bulk'
local RUNNING, OUTBOX, EPOCH = P .. 'running', P .. 'outbox', P .. 'epoch'
local DRAIN_BUCKET, DRAIN_BUCKETS = 5, 6

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function text(number)
  return string.format('%.0f', number)
end

local function queue_length()
  return redis.call('ZCARD', FIRST) + redis.call('ZCARD', BULK)
end

local function waiting_of(owner) return P .. 'owner:' .. owner .. ':waiting' end
local function running_of(owner) return P .. 'owner:' .. owner .. ':running' end
local function held_of(owner) return P .. 'owner:' .. owner .. ':held' end
local function jobs_of(owner) return P .. 'owner:' .. owner .. ':jobs' end

local function ended(state)
  return state and state ~= 'queued' and state ~= 'running'
end

local function wait_in_lane(job, job_id, owner, lane, at)
  redis.call('HSET', job, 'state', 'queued', 'lane', lane, 'queued_at', text(at))
  redis.call('ZADD', P .. 'lane:' .. lane, text(at), job_id)
  redis.call('ZADD', waiting_of(owner), text(at), job_id)
end

local function leave_lanes(job_id, owner)
  redis.call('ZREM', FIRST, job_id)
  redis.call('ZREM', BULK, job_id)
  redis.call('ZREM', waiting_of(owner), job_id)
  redis.call('ZREM', held_of(owner), job_id)
end

local function leave_slot(job_id, owner)
  redis.call('ZREM', RUNNING, job_id)
  redis.call('SREM', running_of(owner), job_id)
end

-- A job that its owner's running limit holds back, if one may go on now; its record's address.
local function next_held(owner)
  local limit = tonumber(redis.call('HGET', P .. 'owner:' .. owner, 'running_limit') or 0)
  if limit > 0 and redis.call('SCARD', running_of(owner)) >= limit then return '' end
  local held = redis.call('ZPOPMIN', held_of(owner))
  if not held[1] then return '' end
  return redis.call('HGET', P .. 'job:' .. held[1], 'record') or ''
end

-- Ends a job: the one place that mints a reply and tells those who wait for it.
-- run_us < 0: measured here, from the start to now.
local function finish_job(job, job_id, state, status, head, tail, run_us, ttl)
  local at = now()
  local fields = redis.call('HMGET', job, 'owner', 'accepted', 'started', 'watchers', 'webhook_url')
  local owner, accepted, started = fields[1], tonumber(fields[2]), tonumber(fields[3])
  leave_lanes(job_id, owner)
  leave_slot(job_id, owner)
  local queue_us = (started or at) - accepted
  if run_us < 0 then run_us = started and at - started or 0 end
  local total_us = math.max(at - accepted, queue_us + run_us)
  local body = head .. string.format('"run_time":%.3f,"queue_time":%.3f,"total_time":%.3f,"queue_length":%d',
    run_us / 1e6, queue_us / 1e6, total_us / 1e6, queue_length()) .. tail
  redis.call('HSET', job, 'state', state, 'status', status, 'finished', text(at), 'reply', body)
  redis.call('EXPIRE', job, ttl)
  if fields[5] then redis.call('ZADD', OUTBOX, text(at), job_id) end
  for gateway in string.gmatch(fields[4] or '', '[^,]+') do
    redis.call('PUBLISH', P .. 'replies:' .. gateway, job_id .. status .. body)
  end
  return owner
end
