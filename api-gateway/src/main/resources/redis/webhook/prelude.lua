-- What every script about webhooks shares. Time is Redis's own, in milliseconds. KEYS[1] is the
-- delivery's hash where a script is about one; all other keys share its hash tag.
-- A delivery's hash: v, owner, url, offset and bytes (of its message in the log), state, attempts (of all
-- time), step (attempts since it was last begun), token (counts leases), flight (end of the lease of
-- whoever makes an attempt now), a:<n> (the n-th attempt, JSON).
local P = '{millrace}:'
local DUE, EPOCH, DEAD_OWNERS = P .. 'webhooks:due', P .. 'webhooks:epoch', P .. 'webhooks:dead:owners'
local KEPT_ATTEMPTS, KEPT_DEAD = 20, 10000

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function text(number)
  return string.format('%.0f', number)
end

local function hash_of(job_id) return P .. 'webhook:' .. job_id end
local function dead_of(owner) return P .. 'owner:' .. owner .. ':webhooks:dead' end

local function begin(job_id, owner, url, offset, bytes, state, ttl)
  redis.call('HSET', hash_of(job_id), 'v', 1, 'owner', owner, 'url', url, 'offset', offset,
    'bytes', bytes, 'state', state, 'attempts', 0, 'step', 0, 'token', 1)
  redis.call('PEXPIRE', hash_of(job_id), ttl)
end

local function bury(job_id, owner, ttl)
  local key = dead_of(owner)
  redis.call('ZREM', DUE, job_id)
  redis.call('ZADD', key, text(now()), job_id)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now() - ttl))
  redis.call('ZREMRANGEBYRANK', key, 0, -KEPT_DEAD - 1)
  redis.call('PEXPIRE', key, ttl)
  redis.call('SADD', DEAD_OWNERS, owner)
end

local function count_dead()
  local dead = 0
  for _, owner in ipairs(redis.call('SMEMBERS', DEAD_OWNERS)) do
    local count = redis.call('ZCARD', dead_of(owner))
    if count == 0 then redis.call('SREM', DEAD_OWNERS, owner) end
    dead = dead + count
  end
  return dead
end
