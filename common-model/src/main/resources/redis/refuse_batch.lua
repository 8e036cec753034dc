#!lua flags=allow-oom
-- The log did not confirm every record of a round of this batch: none of its jobs runs.
-- ARGV: the batch, the round, seconds that their refusals are kept.
return {batches.drop(ARGV[1], tonumber(ARGV[2]), ARGV[3]) and 'refused' or 'too_late'}
