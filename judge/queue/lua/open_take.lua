-- A tenant opens a stream or a WebSocket at a gateway, if all gateways together have less open than it may.
-- ARGV: what ("streams", "sockets"), tenant, its name, for how long it counts unless that is renewed (ms).
-- Returns {} when it may, {name of the limit, the limit} when it may not.
local what, tenant, member, lease_ms = unpack(ARGV)
local now, limit = now_ms(), 'tenant_' .. what .. '_max'
local most, open = tenant_limit(limit, tenant), key.open_now(what, tenant)
redis.call('ZREMRANGEBYSCORE', open, '-inf', now)
if most > 0 and redis.call('ZCARD', open) >= most then return {limit, int(most)} end
redis.call('ZADD', open, int(now + tonumber(lease_ms)), member)
redis.call('PEXPIRE', open, lease_ms)
return {}
