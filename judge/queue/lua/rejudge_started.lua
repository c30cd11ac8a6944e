-- All of a batch of rejudging is handed in. ARGV: the batch, how many there are, the tenant that started it ("" = none).
local batch, count, tenant = unpack(ARGV)
if tenant ~= '' then redis.call('HSET', key.rejudge_tenants, batch, tenant) end
redis.call('HSET', key.rejudge_counts, batch .. ' count', count)
tell_rejudge(batch, now_ms())
return 0
