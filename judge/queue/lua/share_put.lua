-- A tenant shares something for a while. ARGV: the SHA-256 of its link, tenant, content, life (ms), the most of a tenant,
-- the most bytes of all. A tenant's part of those is an eighth.
-- Returns {"KEPT", until when}, {"COUNT", most}, {"BYTES", most}: of the tenant, or {"ALL", most}.
local link, tenant, content, life, count_max, bytes_max = unpack(ARGV)
local now, size = now_ms(), #content
share_sweep(now)
local used = redis.call('HMGET', key.share_usage(tenant), 'count', 'bytes')
if tonumber(used[1] or 0) >= tonumber(count_max) then return {'COUNT', tonumber(count_max)} end
local part = math.floor(tonumber(bytes_max) / 8)
if tonumber(used[2] or 0) + size > part then return {'BYTES', part} end
if tonumber(redis.call('GET', key.share_memory) or 0) + size > tonumber(bytes_max) then
  return {'ALL', tonumber(bytes_max)}
end
redis.call('HSET', key.share(link), 'tenant', tenant, 'content', content, 'until', int(now + tonumber(life)))
redis.call('PEXPIRE', key.share(link), life)
redis.call('ZADD', key.share_ends, int(now + tonumber(life)), share_member(link, size, tenant))
share_charge(tenant, size, 1)
return {'KEPT', int(now + tonumber(life))}
