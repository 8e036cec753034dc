#!lua flags=no-writes
-- Jobs of an owner (KEYS[1] names them), newest first: whether there are more, then ten values a job, of which
-- all but the first begin with '=' where they are there.
-- ARGV: a state or '' for all; '=' and an id, or '' for all; when the last job of the page before was accepted
-- and its job_id, or '' twice; how many at most.
local wanted, id, accepted, after, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local from = 0
if after ~= '' then
  local place = redis.call('ZREVRANK', KEYS[1], after)
  from = place and place + 1 or redis.call('ZCOUNT', KEYS[1], accepted, '+inf')
end
local answer, found = {''}, 0
for _, job_id in ipairs(redis.call('ZREVRANGE', KEYS[1], from, -1)) do
  local fields = redis.call('HMGET', P .. 'job:' .. job_id,
    'state', 'id', 'accepted', 'started', 'finished', 'attempt', 'webhook_url', 'reason')
  if fields[1] and fields[1] ~= 'refused' and (wanted == '' or fields[1] == wanted)
    and (id == '' or fields[2] == string.sub(id, 2)) then
    if found == most then
      answer[1] = 'more'
      break
    end
    found = found + 1
    fields[9] = fields[7] and redis.call('HGET', P .. 'webhook:' .. job_id, 'state')
    answer[#answer + 1] = job_id
    for i = 1, 9 do answer[#answer + 1] = fields[i] and '=' .. fields[i] or '' end
  end
end
return answer
