#!lua flags=no-writes
return {greeting() .. KEYS[1] .. ARGV[1]}
