-- Write down when a key for HTTP was used, unless it was revoked meanwhile. ARGV: the key's id, Unix milliseconds.
if redis.call('EXISTS', key.api_key(ARGV[1])) == 1 then
  redis.call('HSET', key.api_key(ARGV[1]), 'used_at', ARGV[2])
end
return 0
