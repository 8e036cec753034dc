
-- Jobs that ask for packages which are not built yet wait for them as `preparing`: in PREPARING, and each in the list of
-- its environment.
--   environments:wanted          the key of each environment that is to be built, since when
--   environments:asked           what is to be built for it, JSON
--   environment:<key>            its row, once it is built: Environments.java
--   environment:<key>:jobs       the jobs that wait for it
--   environment:<key>:builder    who builds it now, for a while
local packages = {WANTED = P .. 'environments:wanted', ASKED = P .. 'environments:asked'}

function packages.row_of(key) return P .. 'environment:' .. key end
function packages.builder_of(key) return P .. 'environment:' .. key .. ':builder' end

-- A job waits for its packages, and whoever builds such hears of it. It has no slot, and counts as waiting.
function packages.prepare(job_id, owner, key, requirements, at)
  leave_lanes(job_id, owner)
  redis.call('HSET', job_of(job_id), 'state', 'preparing', 'environment', key)
  redis.call('ZADD', PREPARING, text(at), job_id)
  redis.call('ZADD', preparing_of(key), text(at), job_id)
  redis.call('ZADD', waiting_of(owner), text(at), job_id)
  local place = redis.call('HMGET', job_of(job_id), 'batch', 'index')
  if place[1] then batches.count(place[1], place[2], job_id, 'preparing') end
  redis.call('HSET', packages.ASKED, key, requirements)
  if redis.call('ZADD', packages.WANTED, 'NX', text(at), key) == 1 then redis.call('PUBLISH', packages.WANTED, key) end
end

-- Nobody is to build it any more.
function packages.unwant(key)
  redis.call('ZREM', packages.WANTED, key)
  redis.call('HDEL', packages.ASKED, key)
  redis.call('DEL', packages.builder_of(key))
end

local function resume_job(job_id, key)
  local job = job_of(job_id)
  local fields = redis.call('HMGET', job, 'owner', 'lane', 'record')
  if fields[1] and fields[3] then
    wait_in_lane(job, job_id, fields[1], fields[2] or 'first', now())
    go_ahead(job_id, now())
    return job_id .. ' ' .. fields[3]
  end
  redis.call('ZREM', PREPARING, job_id)
  redis.call('ZREM', preparing_of(key), job_id)
end

-- Puts jobs whose packages are there back into their lanes; answers their records, which must be enqueued again.
function packages.resume(most)
  local records = {}
  for _, key in ipairs(redis.call('ZRANGE', packages.WANTED, 0, -1)) do
    if #records >= most then break end
    if redis.call('EXISTS', packages.row_of(key)) == 1 then
      for _, job_id in ipairs(redis.call('ZRANGE', preparing_of(key), 0, most - #records - 1)) do
        records[#records + 1] = resume_job(job_id, key)
      end
      if redis.call('ZCARD', preparing_of(key)) == 0 then packages.unwant(key) end
    end
  end
  return records
end
