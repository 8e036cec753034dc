-- Leases deliveries that are due, the longest due first. Answers how many are pending and how many
-- dead, then job id, token, owner, url, offset, bytes, step of each that was leased. 'emptied' when Redis lost what it knew and the log must be read again.
local most, lease = ARGV[1], tonumber(ARGV[2])
if redis.call('EXISTS', EPOCH) == 0 then return {'emptied'} end
local claimed = {'claimed', text(redis.call('ZCARD', DUE)), text(count_dead())}
local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', text(now()), 'LIMIT', 0, most)
for _, job_id in ipairs(due) do
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
