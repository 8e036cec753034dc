#!lua flags=allow-oom
-- One look of a process at Redis, which says whatever its rounds have to do: a process that has nothing to do asks
-- nothing else. Answers whether Redis remembers all that it was told ('whole', which is then noted with its time) or
-- the lanes must be compared with the log, since when; which start of Redis this is, since it was last emptied; the
-- time; and what there is to do now, with commas: LaneRepair.Duty has the words.
-- ARGV: seconds that the log keeps records, a lease in us, a silence in us, us in which a completion gets into the log.
local epoch, here, at = redis.call('GET', EPOCH), run_id(), now()
local lease, silence, grace = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local duties = {}

local function some_between(key, least, most)
  return #redis.call('ZRANGEBYSCORE', key, least, most, 'LIMIT', 0, 1) > 0
end

local function due(duty, is_due)
  if is_due then duties[#duties + 1] = duty end
end

-- A worker's score is its last beat and a lease.
due('lapsed', some_between(P .. 'workers', text(at), text(at + lease - silence))
  or some_between(RUNNING, '-inf', text(at)) or some_between(RUNNING, '(' .. text(at + lease), '+inf'))
due('overdue', some_between(DEADLINES, '-inf', text(at)))
due('completions', some_between(OUTBOX, '-inf', text(at - grace)))
due('batches', redis.call('EXISTS', BATCH_ENDS, FORGOTTEN_BATCHES) > 0 or some_between(BATCH_OUTBOX, '-inf', text(at)))
due('held', redis.call('EXISTS', HOLDERS, HELD, PREPARING, packages.WANTED) > 0)
due('waiting', redis.call('EXISTS', FIRST, BULK) > 0)
duties = table.concat(duties, ',')

-- As whole() says, which would ask once more who this is.
if not epoch or redis.call('GET', SERVER) ~= here then
  local since = note_doubt()
  redis.call('EXPIRE', DOUBTS, 2 * ARGV[1], 'GT')
  return {'doubtful', here .. ' ' .. (epoch or ''), since, text(at), duties}
end
if math.abs(at - (redis.call('GET', REMEMBERED) or 0)) >= 900000 then
  redis.call('SET', REMEMBERED, text(at), 'EX', RECORD_TTL)
  redis.call('ZREMRANGEBYSCORE', DOUBTS, '-inf', text(at - 2000000 * ARGV[1]))
end
return {'whole', here .. ' ' .. epoch, '0', text(at), duties}
