-- A page of a tenant's blobs, newest first; changes nothing.
-- ARGV: tenant, newest ms, how many of that very millisecond to pass over, how many.
-- Returns {digest, at, size, expires, {name, ...}, ...}; the expires of one whose time is over is "0".
local tenant, newest, passed, count = unpack(ARGV)
local now = now_ms()
local found = {}
for _, digest in ipairs(redis.call('ZREVRANGEBYSCORE', key.blob_index(tenant), newest, '-inf', 'LIMIT', passed, count)) do
  local v = redis.call('HMGET', key.blob(tenant, digest), 'at', 'size', 'expires')
  local names = redis.call('SMEMBERS', key.blob_labels(tenant, digest))
  table.sort(names)
  for _, value in ipairs({digest, v[1], v[2], tonumber(v[3]) > now and v[3] or '0', names}) do
    table.insert(found, value)
  end
end
return found
