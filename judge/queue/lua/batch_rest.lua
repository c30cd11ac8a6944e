-- A gateway makes room for other batches: this one goes to the end of its tenant's line. ARGV: id, gateway.
local id, owner = unpack(ARGV)
local b = redis.call('HMGET', key.batch(id), 'tenant', 'owner')
if not b[1] or b[2] ~= owner then return 0 end
redis.call('HDEL', key.batch(id), 'owner', 'owner_until')
local now = now_ms()
if redis.call('ZADD', key.batch_turns(b[1]), 'XX', 'CH', int(now), id) == 1 then tenant_is_due(b[1], now) end
return 1
