-- The body of a batch came to its end. ARGV: id, the request. Returns 1, or 0 when another request sends it now.
local id, upload = unpack(ARGV)
local b = redis.call('HMGET', key.batch(id), 'upload', 'at')
if b[1] ~= upload then return 0 end
redis.call('HSET', key.batch(id), 'whole', 1)
if not batch_over(id, now_ms()) then redis.call('ZADD', key.batches_tended, b[2], id) end
tell(id)
return 1
