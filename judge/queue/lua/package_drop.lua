-- A tenant takes a version of a package away. ARGV: tenant, name, version, how long the store keeps it when nobody has
-- it any more (ms), the act for the audit trail, who. Returns whether it was there.
local tenant, name, version, keep_ms, act, by = unpack(ARGV)
local names, label = key.package_names(tenant), name .. '@' .. version
local known = redis.call('HGET', names, label)
if not known then return 0 end
local digest = string.match(known, '^%S+')
local package, labels = key.package(digest), key.package_labels(tenant, digest)
if act then note(act, by, label, 'tenant ' .. tenant .. ', ' .. digest) end
redis.call('HDEL', names, label)
redis.call('ZREM', key.package_versions(tenant, name), version)
redis.call('ZREM', key.package_index(tenant), label)
redis.call('SREM', labels, label)
if redis.call('SCARD', labels) > 0 then return 1 end
redis.call('DECRBY', key.package_usage(tenant), redis.call('HGET', package, 't:' .. tenant) or 0)
redis.call('HDEL', package, 't:' .. tenant)
for _, field in ipairs(redis.call('HKEYS', package)) do
  if string.sub(field, 1, 2) == 't:' then return 1 end
end
if redis.call('HEXISTS', package, 'open') == 1 then
  redis.call('DEL', package)
else
  redis.call('ZADD', key.package_garbage, int(now_ms() + tonumber(keep_ms)), digest)
end
return 1
