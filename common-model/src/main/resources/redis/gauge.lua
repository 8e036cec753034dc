#!lua flags=no-writes
-- The queue as it is now.
local at = now()
local oldest
for _, lane in ipairs({FIRST, BULK, HELD, PREPARING}) do
  local head = redis.call('ZRANGE', lane, 0, 0, 'WITHSCORES')
  if head[2] and (not oldest or tonumber(head[2]) < oldest) then oldest = tonumber(head[2]) end
end
local started, bucket = 0, math.floor(at / 1000000 / DRAIN_BUCKET)
for i = bucket - DRAIN_BUCKETS, bucket do
  started = started + tonumber(redis.call('GET', P .. 'started:' .. i) or 0)
end
local tiers = {}
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', P .. 'workers', text(at), '+inf')) do
  tiers[#tiers + 1] = redis.call('HGET', P .. 'worker:' .. worker, 'tier') or nil
end
local span = DRAIN_BUCKETS * DRAIN_BUCKET + (at / 1000000) % DRAIN_BUCKET
return {text(redis.call('ZCARD', FIRST)), text(redis.call('ZCARD', BULK)), text(redis.call('ZCARD', HELD)),
  text(redis.call('ZCARD', RUNNING)), text(redis.call('ZCOUNT', P .. 'workers', text(at), '+inf')),
  redis.call('GET', P .. 'slots') or '0', text(oldest and math.max(0, at - oldest) or 0),
  string.format('%.3f', started / span), tostring(redis.call('EXISTS', EPOCH)),
  table.concat(tiers, ','), text(redis.call('ZCARD', PREPARING))}
