-- End a key for HTTP. ARGV: its id, the act, who ends it. Returns 1, or 0 when there is none.
redis.call('ZREM', key.api_keys, ARGV[1])
local was = redis.call('HGET', key.api_key(ARGV[1]), 'key')
if redis.call('DEL', key.api_key(ARGV[1])) == 0 then return 0 end
note(ARGV[2], ARGV[3], ARGV[1], was or '')
return 1
