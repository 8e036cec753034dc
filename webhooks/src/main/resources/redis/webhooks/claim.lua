#!lua
-- Leases deliveries that are due, the longest due first. Answers how many are pending and how many
-- dead, and of how many the log does not have the end; of each of these job id, token, owner, url, offset, bytes,
-- step, attempts, the last of them, state; then the first seven of each that was leased. 'emptied' when
-- Redis lost what it knew and the log must be read again. ARGV from 5 on: ends that are in the log now.
local most, lease, patience, delivered_ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
for i = 5, #ARGV do redis.call('ZREM', UNMARKED, ARGV[i]) end
if redis.call('EXISTS', EPOCH) == 0 then return {'emptied'} end
local claimed = {'claimed', text(redis.call('ZCARD', DUE)), text(count_dead()), '0'}

for _, owed in ipairs(redis.call('ZRANGEBYSCORE', UNMARKED, '-inf', text(now() - patience), 'LIMIT', 0, most)) do
  local job_id, attempts = string.match(owed, '^(.+):(%d+)$')
  local key = hash_of(job_id)
  local fields = redis.call('HMGET', key, 'token', 'owner', 'url', 'offset', 'bytes', 'step', 'attempts',
    'a:' .. attempts, 'state')
  -- Else it was sent again by hand, or is forgotten.
  local ended = fields[7] and fields[9] ~= 'pending'
  if ended then
    redis.call('ZADD', UNMARKED, text(now()), job_id .. ':' .. fields[7])
    redis.call('PEXPIRE', key, delivered_ttl, 'GT')
    claimed[#claimed + 1] = job_id
    for _, value in ipairs(fields) do claimed[#claimed + 1] = value or '' end
    claimed[4] = text(tonumber(claimed[4]) + 1)
  end
  -- Whoever had lost its lease may have added an attempt since.
  if not ended or fields[7] ~= attempts then redis.call('ZREM', UNMARKED, owed) end
end

for _, job_id in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', text(now()), 'LIMIT', 0, most)) do
  local key = hash_of(job_id)
  local fields = redis.call('HMGET', key, 'owner', 'url', 'offset', 'bytes', 'step')
  if fields[1] then
    local until_ms = text(now() + lease)
    local token = redis.call('HINCRBY', key, 'token', 1)
    redis.call('HSET', key, 'flight', until_ms)
    redis.call('ZADD', DUE, until_ms, job_id)
    for _, value in ipairs({job_id, text(token), unpack(fields)}) do
      claimed[#claimed + 1] = value
    end
  else
    redis.call('ZREM', DUE, job_id)
  end
end
return claimed
