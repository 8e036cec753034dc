#!lua flags=no-writes
-- Redis's time.
return {text(now())}
