#!lua flags=allow-oom
-- The store does not have an environment's file any more: it is built again for the next job. ARGV: its key, its row.
local row = packages.row_of(ARGV[1])
if redis.call('GET', row) == ARGV[2] then redis.call('DEL', row) end
return {'forgotten'}
