
-- How a job ends, and how long what is left of it is kept.

-- What a script was told of a reply: seven arguments from ARGV[i] on. One that is in the log of replies
-- has its address and its bytes there; any other has the two parts of its body, between which its times go.
local function told_reply(i)
  return {state = ARGV[i], status = ARGV[i + 1], head = ARGV[i + 2], tail = ARGV[i + 3], at = ARGV[i + 4],
    bytes = tonumber(ARGV[i + 5]), reason = ARGV[i + 6]}
end

local function body_of(job_id) return P .. 'reply:' .. job_id end

-- When the slice of time is over in which something will be let go of that is kept for so many seconds:
-- sixteen slices to a life, so that what is kept can be summed up without a list of it.
local function slice_of(keep, at)
  local slice = math.max(1, math.ceil(keep / 16))
  return math.ceil((at / 1000000 + keep) / slice) * slice
end

-- Notes the least of what is kept until then: how far a log may be cut.
local function keep_least(key, value, keep, at)
  local over = slice_of(keep, at)
  local least = tonumber(redis.call('HGET', key, text(over)))
  if least and least <= value then return end
  redis.call('HSET', key, text(over), text(value))
  redis.call('EXPIRE', key, math.max(math.ceil(over - at / 1000000), redis.call('TTL', key)))
end

-- The least of what is kept now; nil for nothing.
local function least_kept(key, at)
  local least
  local slices = redis.call('HGETALL', key)
  for i = 1, #slices, 2 do
    if tonumber(slices[i]) * 1000000 <= at then
      redis.call('HDEL', key, slices[i])
    else
      least = math.min(least or math.huge, tonumber(slices[i + 1]))
    end
  end
  return least
end

-- When the first of the ended jobs was accepted whose results are kept, and the first of their replies in the log.
local KEPT_SINCE, KEPT_REPLIES = P .. 'kept:since', P .. 'kept:replies'

-- A key's budget of stored bytes.
local function count_stored(owner, bytes, keep, at)
  if tonumber(redis.call('HGET', limits_of(owner), 'stored') or 0) == 0 then return end
  local over = slice_of(keep, at)
  redis.call('HINCRBY', stored_of(owner), text(over), bytes)
  redis.call('EXPIRE', stored_of(owner),
    math.max(math.ceil(over - at / 1000000), redis.call('TTL', stored_of(owner))))
end

-- Bytes of an owner's replies that are kept now, and when the first of them will be let go of.
local function stored_by(owner, at)
  local bytes, soonest = 0, nil
  local slices = redis.call('HGETALL', stored_of(owner))
  for i = 1, #slices, 2 do
    local over = tonumber(slices[i]) * 1000000
    if over <= at then
      redis.call('HDEL', stored_of(owner), slices[i])
    else
      bytes = bytes + tonumber(slices[i + 1])
      soonest = math.min(soonest or over, over)
    end
  end
  return bytes, soonest or at
end

-- Fields that an ended job needs no more.
local WHILE_ALIVE = {'v', 'timeout', 'start_within', 'lane', 'queued_at', 'worker', 'watchers', 'caller', 'restored',
  'sandbox_failed', 'worker_lost', 'files'}

-- A message has a body of up to so many bytes with it. Redis cuts a gateway off that has 32 MB of
-- messages before it, which is more than all the callers of a gateway can wait for.
local MESSAGE_BODY = 1024

-- Ends a job: the one place that mints a reply and tells those who wait for it. Answers its times.
-- run_us < 0: measured here, from the start to now. minted: times of before, or ''.
local function finish_job(job, job_id, reply, run_us, ttl, minted)
  local at = now()
  local fields = redis.call('HMGET', job, 'owner', 'accepted', 'started', 'watchers', 'webhook_url', 'idempotency',
    'state', 'batch', 'index', 'files')
  local owner, accepted, started = fields[1], tonumber(fields[2] or at), tonumber(fields[3])
  if fields[7] == 'running' then leave_slot(job_id, owner) else leave_lanes(job_id, owner) end
  if run_us < 0 then run_us = started and math.max(0, at - started) or 0 end
  local queue_us = math.max(0, (started or at - run_us) - accepted)
  local total_us = math.max(at - accepted, queue_us + run_us)
  local times = minted
  if (times or '') == '' then
    times = string.format('%.3f %.3f %.3f %d', run_us / 1e6, queue_us / 1e6, total_us / 1e6, queue_length())
  end
  -- The reply lives as long as the key that promises it to a repeat, and until its webhook is in the log.
  local keep = tonumber(ttl)
  if fields[6] then keep = math.max(keep, redis.call('TTL', fields[6])) end
  let_go_of_files(job_id, fields[10])
  redis.call('HDEL', job, unpack(WHILE_ALIVE))
  redis.call('HSET', job, 'state', reply.state, 'status', reply.status, 'finished', text(at), 'times', times)
  if reply.reason ~= '' then redis.call('HSET', job, 'reason', reply.reason) end
  local body = ''
  if reply.at == '' then
    local run, queue, total, length = string.match(times, '(%S+) (%S+) (%S+) (%S+)')
    body = reply.head .. '"run_time":' .. run .. ',"queue_time":' .. queue .. ',"total_time":' .. total ..
      ',"queue_length":' .. length .. reply.tail
    redis.call('SET', body_of(job_id), body)
    redis.call('HDEL', job, 'reply_at')
  else
    redis.call('HSET', job, 'reply_at', reply.at)
    redis.call('DEL', body_of(job_id))
    -- With an hour in which a webhook's completion gets into the log.
    keep_least(KEPT_REPLIES, tonumber(string.match(reply.at, '%d+$')), fields[5] and keep + 3600 or keep, at)
  end
  -- Without an end until its webhook is in the log: what has an end may be evicted.
  if fields[5] then
    redis.call('HSET', job, 'keep', keep)
    redis.call('PERSIST', job)
    redis.call('ZADD', OUTBOX, text(at), job_id)
  else
    -- A batch keeps the results of its jobs until its own is let go of.
    local life = fields[8] and RECORD_TTL or keep
    redis.call('EXPIRE', job, life)
    redis.call('EXPIRE', body_of(job_id), life)
  end
  bury(job_id, reply.state, accepted)
  keep_least(KEPT_SINCE, accepted, keep, at)
  count_stored(owner, math.max(#body, reply.bytes), keep, at)
  local message = job_id .. reply.status .. (#body <= MESSAGE_BODY and body or '')
  for gateway in string.gmatch(fields[4] or '', '[^,]+') do
    redis.call('PUBLISH', P .. 'replies:' .. gateway, message)
  end
  if fields[8] then batches.job_ended(fields[8], fields[9], job_id, reply, keep, at) end
  return times
end
