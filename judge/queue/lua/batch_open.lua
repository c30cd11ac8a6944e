-- A request begins to send a batch, which may be there in part, or whole. From now on no other one may add to it.
-- ARGV: id, tenant, the request, the most bytes of the tenant's batches.
-- Returns {"OPEN", lines}, {"CANCELLED"}, {"FULL", bytes} or {"MAINTENANCE", message, retry_s}.
local id, tenant, upload, bytes_max = unpack(ARGV)
if redis.call('EXISTS', key.maintenance) == 1 then
  return {'MAINTENANCE', unpack(redis.call('HMGET', key.maintenance, 'message', 'retry_s'))}
end
local used = tonumber(redis.call('GET', key.batch_usage(tenant)) or 0)
local known = redis.call('HMGET', key.batch(id), 'cancelled', 'lines')
if known[1] == '1' then return {'CANCELLED'} end
if not known[2] and used >= tonumber(bytes_max) then return {'FULL', used} end
local now = now_ms()
if not known[2] then
  redis.call('HSET', key.batch(id), 'tenant', tenant, 'at', int(now), 'whole', 0, 'lines', 0, 'cancelled', 0)
  redis.call('ZADD', key.batches_of(tenant), now, id)
end
redis.call('HSET', key.batch(id), 'upload', upload)
batch_kept(id, now)
return {'OPEN', tonumber(known[2] or 0)}
