#!lua flags=allow-oom
-- An environment is there from now on; answers records of jobs that waited, which must be enqueued again. Those
-- beyond the most come with the next round of resume. ARGV: its key, its row, seconds, how many at most.
redis.call('SET', packages.row_of(ARGV[1]), ARGV[2], 'EX', ARGV[3])
redis.call('DEL', packages.builder_of(ARGV[1]))
return packages.resume(tonumber(ARGV[4]))
