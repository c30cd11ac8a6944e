-- A tenant publishes a package under a name and a version. Called before the store gets it, so that a package which the
-- store has and nobody here published is one that was put there by other ways: open to all who know its digest.
-- ARGV: tenant, digest, name, version ("" = the next number), card, bytes, "1" when the store has it, the most versions
-- of a tenant, the most bytes (0 = no limit), the act for the audit trail, who.
-- Returns {"KEPT" or "SAME", version, card}, {"TAKEN"}, {"QUOTA", what}, {"BUSY"}: it is being removed from the store.
local tenant, digest, name, version, card, size, stored, count_max, bytes_max, act, by = unpack(ARGV)
local now = now_ms()
local package, names = key.package(digest), key.package_names(tenant)
local versions, index, usage = key.package_versions(tenant, name), key.package_index(tenant), key.package_usage(tenant)
local owned = redis.call('HGET', package, 't:' .. tenant)
if tonumber(redis.call('HGET', package, 'removing') or 0) > now then return {'BUSY'} end

local function begins(text) return text and string.sub(text, 1, #digest) == digest end

if version == '' then
  local newest = redis.call('ZREVRANGE', versions, 0, 0)[1]
  if newest and begins(redis.call('HGET', names, name .. '@' .. newest)) then
    version = newest
  else
    local number = redis.call('ZCARD', versions) + 1
    while redis.call('HEXISTS', names, name .. '@' .. int(number)) == 1 do number = number + 1 end
    version = int(number)
  end
end
local label = name .. '@' .. version
local known = redis.call('HGET', names, label)
if known then
  if not begins(known) then return {'TAKEN'} end
  return {'SAME', version, known}
end
if tonumber(count_max) > 0 and redis.call('HLEN', names) >= tonumber(count_max) then return {'QUOTA', 'packages'} end
local used = tonumber(redis.call('GET', usage) or 0)
if not owned and tonumber(bytes_max) > 0 and used + tonumber(size) > tonumber(bytes_max) then
  return {'QUOTA', 'bytes of packages'}
end

-- No two of one index were published in the same millisecond: a position in a list is one number.
local function behind(sorted)
  local last = redis.call('ZREVRANGE', sorted, 0, 0, 'WITHSCORES')[2]
  return math.max(now, tonumber(last or 0) + 1)
end

if stored == '1' and redis.call('EXISTS', package) == 0 then redis.call('HSET', package, 'open', 1) end
if not owned then
  redis.call('HSET', package, 't:' .. tenant, size, 'managed', 1)
  redis.call('INCRBY', usage, size)
end
redis.call('HDEL', package, 'removing')
redis.call('ZREM', key.package_garbage, digest)
redis.call('SADD', key.package_labels(tenant, digest), label)
redis.call('HSET', names, label, digest .. ' ' .. card)
redis.call('ZADD', versions, int(behind(versions)), version)
redis.call('ZADD', index, int(behind(index)), label)
if act then note(act, by, label, 'tenant ' .. tenant .. ', ' .. digest) end
return {'KEPT', version, digest .. ' ' .. card}
