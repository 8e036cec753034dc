#!lua flags=no-writes
-- Jobs of an owner (KEYS[1] names them), newest first: 'more' when there are more than these, or '', then each
-- job as an object of JSON.
-- ARGV: a state or '' for all; '=' and an id, or '' for all; when the last job of the page before was accepted
-- and its job_id, or '' twice; how many at most.
local wanted, id, accepted, after, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local from = 0
if after ~= '' then
  local place = redis.call('ZREVRANK', KEYS[1], after)
  from = place and place + 1 or redis.call('ZCOUNT', KEYS[1], accepted, '+inf')
end
local LISTED = {'state', 'id', 'accepted', 'started', 'finished', 'attempt', 'webhook_url', 'wide', 'reason'}
local answer, found = {''}, 0
for _, job_id in ipairs(redis.call('ZREVRANGE', KEYS[1], from, -1)) do
  local fields = redis.call('HMGET', job_of(job_id), unpack(LISTED))
  if fields[1] and fields[1] ~= 'refused' and (wanted == '' or fields[1] == wanted)
    and (id == '' or fields[2] == string.sub(id, 2)) then
    if found == most then
      answer[1] = 'more'
      break
    end
    found = found + 1
    local job = {job_id = job_id, delivery = redis.call('HGET', P .. 'webhook:' .. job_id, 'state') or nil}
    for i, name in ipairs(LISTED) do job[name] = fields[i] or nil end
    answer[#answer + 1] = cjson.encode(job)
  end
end
return answer
