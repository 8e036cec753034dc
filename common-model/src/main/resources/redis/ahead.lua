#!lua flags=allow-oom
-- Takes the longest waiting of the jobs that go before what waits, and the address of its record; nothing when
-- there is none. Whoever took it claims it; should that come to nothing, the copy at its lane's end is left.
while true do
  local job_id = redis.call('ZPOPMIN', AHEAD)[1]
  if not job_id then return {} end
  local fields = redis.call('HMGET', job_of(job_id), 'state', 'record')
  if fields[1] == 'queued' and fields[2] then return {job_id, fields[2]} end
end
