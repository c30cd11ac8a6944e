-- Keep a new key for HTTP. ARGV: those of keep_key.
keep_key(unpack(ARGV))
return 0
