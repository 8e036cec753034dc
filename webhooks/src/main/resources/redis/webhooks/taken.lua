-- The log has been taken up to this offset; the record before it was written at this time.
note_taken(ARGV[1], ARGV[2])
return {'noted'}
