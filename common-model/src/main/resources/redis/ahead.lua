#!lua flags=allow-oom
-- Takes the longest waiting of the jobs that go before what waits, with the address of its record; nothing when
-- there is none whose time has come. Whoever took it claims it; should that come to nothing, the copy at its lane's
-- end is left, or the reconciler finds it.
-- ARGV: 'look', to leave it there, or 'take'.
while true do
  local job_id = redis.call('ZRANGEBYSCORE', AHEAD, '-inf', text(now()), 'LIMIT', 0, 1)[1]
  if not job_id then return {} end
  if ARGV[1] == 'look' then return {job_id} end
  redis.call('ZREM', AHEAD, job_id)
  local fields = redis.call('HMGET', job_of(job_id), 'state', 'record')
  if fields[1] == 'queued' and fields[2] then return {job_id .. ' ' .. fields[2]} end
end
