-- The body of a batch came to its end. ARGV: id, the request. Returns 1, or 0 when another request sends it now.
local id, upload = unpack(ARGV)
local b = redis.call('HMGET', key.batch(id), 'upload', 'tenant', 'at')
if b[1] ~= upload then return 0 end
redis.call('HSET', key.batch(id), 'whole', 1)
local now = now_ms()
if not batch_over(id, now) then batch_joins(id, b[2], b[3], now) end
tell(id)
return 1
