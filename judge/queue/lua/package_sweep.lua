-- A package that the store may lose now. Who gets it removes it within the lease; nobody can publish it meanwhile.
-- ARGV: lease (ms), what was removed ("" = nothing). Returns a digest, or "".
local lease, removed = unpack(ARGV)
local now = now_ms()
if removed ~= '' and tonumber(redis.call('HGET', key.package(removed), 'removing') or 0) > now then
  redis.call('DEL', key.package(removed))
  redis.call('ZREM', key.package_garbage, removed)
end
local digest = redis.call('ZRANGEBYSCORE', key.package_garbage, '-inf', now, 'LIMIT', 0, 1)[1]
if not digest then return '' end
redis.call('HSET', key.package(digest), 'removing', int(now + tonumber(lease)))
redis.call('ZADD', key.package_garbage, int(now + tonumber(lease)), digest)
return digest
