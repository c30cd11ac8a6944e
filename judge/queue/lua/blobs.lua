-- Shared by the scripts of blobs; stands after common.lua. A digest is 64 hexadecimal digits here. Everything is one
-- tenant's own: no script of a tenant reads what another one has.

-- What holds before a worker has written the policy: a blob's life, an upload's time, the share of Redis' memory.
local BLOB_LIFE_MS = 86400000
local BLOB_UPLOAD_MS = 900000
local BLOB_MEMORY_BYTES = 67108864

-- A tenant's part of that share: an eighth, but at least the largest blob that may lie in Redis.
local BLOB_MEMORY_PARTS = 8
local BLOB_MEMORY_LEAST = 65536

-- This many second looks at uploads that were given up are noted at most: a tenant may give up as many as it likes.
local BLOB_AGAIN_MAX = 10000

-- This many expired digests of a tenant are known as such, for a day.
local BLOB_ENDS_MAX = 256

local function is_blob_digest(text) return #text == 64 and not string.find(text, '[^0-9a-f]') end

-- The name of a file in the store, as judge.blobs.store has it. It becomes a path on workers: nothing else is let in.
local function is_blob_object(text)
  return #text == 41 and string.find(text, '^blobs/[0-9a-f][0-9a-f]/[0-9a-f]+$') ~= nil
end

local function is_count(text) return #text <= 15 and string.find(text, '^%d+$') ~= nil end

local function blob_member(tenant, digest) return tenant .. ' ' .. digest end

local function blob_record(tenant, digest)
  local v = redis.call('HMGET', key.blob(tenant, digest), 'size', 'at', 'expires', 'life', 'bare', 'object', 'content')
  if not v[1] then return nil end
  return {size = tonumber(v[1]), at = v[2], expires = tonumber(v[3]), life = tonumber(v[4]), bare = v[5] == '1',
          object = v[6] or '', content = v[7] or ''}
end

-- The blob, while it lives.
local function blob_alive(tenant, digest, now)
  local blob = blob_record(tenant, digest)
  return blob and blob.expires > now and blob or nil
end

local function blob_charge(tenant, bytes, count)
  local usage = key.blob_usage(tenant)
  redis.call('HINCRBY', usage, 'bytes', int(bytes + 0))  -- no "-0", which is no number to Redis
  if redis.call('HINCRBY', usage, 'count', count) <= 0 then redis.call('DEL', usage) end
end

-- Whether these bytes may lie in Redis, too: all blobs there have a bound, and each tenant a part of it.
local function blob_has_memory(tenant, bytes)
  if bytes == 0 then return true end
  local most = tonumber(redis.call('HGET', key.policy, 'blob_redis_bytes') or BLOB_MEMORY_BYTES)
  local own = tonumber(redis.call('HGET', key.blob_usage(tenant), 'memory') or 0)
  return tonumber(redis.call('GET', key.blob_memory) or 0) + bytes <= most
         and own + bytes <= math.max(most / BLOB_MEMORY_PARTS, BLOB_MEMORY_LEAST)
end

local function blob_take_memory(tenant, bytes)
  stat('blob_bytes_in_redis', int(bytes + 0))
  redis.call('INCRBY', key.blob_memory, int(bytes + 0))
  redis.call('HINCRBY', key.blob_usage(tenant), 'memory', int(bytes + 0))
end

local function blob_unname(tenant, name, digest)
  redis.call('HDEL', key.blob_names(tenant), name)
  redis.call('SREM', key.blob_labels(tenant, digest), name)
end

-- The blob is no more: its names, its part of the quota, its content here; what lies in the store is left to a sweep.
local function blob_forget(tenant, digest, blob, now)
  local labels = key.blob_labels(tenant, digest)
  for _, name in ipairs(redis.call('SMEMBERS', labels)) do redis.call('HDEL', key.blob_names(tenant), name) end
  redis.call('DEL', labels, key.blob(tenant, digest))
  redis.call('ZREM', key.blob_index(tenant), digest)
  redis.call('ZREM', key.blob_expiry, blob_member(tenant, digest))
  if blob.object ~= '' then
    redis.call('ZADD', key.blob_garbage, now, blob.object)
    stat('blobs_in_store', -1)
    stat('blob_bytes_in_store', int(-blob.size + 0))
  else
    stat('blobs_in_redis', -1)
    blob_take_memory(tenant, -blob.size)
  end
  blob_charge(tenant, -blob.size, -1)
end

-- The same for one whose time is over: its tenant is told so for a while.
local function blob_expire(tenant, digest, blob, now)
  blob_forget(tenant, digest, blob, now)
  stat('blobs_expired')
  local ends = key.blob_ends(tenant)
  redis.call('ZADD', ends, blob.expires, digest)
  redis.call('ZREMRANGEBYRANK', ends, 0, -BLOB_ENDS_MAX - 1)
  redis.call('PEXPIRE', ends, 86400000)
end

-- Its life begins again, with the longer of both lives.
local function blob_refresh(tenant, digest, blob, life, now)
  blob.life = math.max(blob.life, life)
  blob.expires = math.max(blob.expires, now + blob.life)
  redis.call('HSET', key.blob(tenant, digest), 'life', int(blob.life), 'expires', int(blob.expires))
  redis.call('ZADD', key.blob_expiry, blob.expires, blob_member(tenant, digest))
end

-- A name goes; a blob that was put by this name alone goes with it. True when the blob went.
local function blob_take_name(tenant, name, digest, now)
  blob_unname(tenant, name, digest)
  local blob = blob_record(tenant, digest)
  if not blob or blob.bare or redis.call('EXISTS', key.blob_labels(tenant, digest)) == 1 then return false end
  blob_forget(tenant, digest, blob, now)
  stat('blobs_removed')
  return true
end

-- Give the blob a name, which another one may have had; without a name it stays until it is removed by its digest.
local function blob_label(tenant, digest, name, now)
  if name == '' then
    redis.call('HSET', key.blob(tenant, digest), 'bare', '1')
    return
  end
  local before = redis.call('HGET', key.blob_names(tenant), name)
  if before == digest then return end
  if before then blob_take_name(tenant, name, before, now) end
  redis.call('HSET', key.blob_names(tenant), name, digest)
  redis.call('SADD', key.blob_labels(tenant, digest), name)
end

-- A blob comes into being; its part of the quota is charged already.
local function blob_make(tenant, digest, size, life, name, place, text, now)
  redis.call('HSET', key.blob(tenant, digest), 'size', int(size), 'at', int(now), 'expires', int(now + life),
             'life', int(life), 'bare', '0', place, text)
  stat('blobs_put')
  if place == 'object' then
    stat('blobs_in_store')
    stat('blob_bytes_in_store', int(size))
  else
    stat('blobs_in_redis')
  end
  redis.call('ZADD', key.blob_index(tenant), now, digest)
  redis.call('ZADD', key.blob_expiry, now + life, blob_member(tenant, digest))
  redis.call('ZREM', key.blob_ends(tenant), digest)
  blob_label(tenant, digest, name, now)
end

-- An upload ends, in whatever way: what it held of the quota is free. Returns what it was, nil when it was over before.
local function blob_close_upload(object)
  local v = redis.call('HMGET', key.blob_upload(object), 'tenant', 'digest', 'size', 'life', 'name')
  redis.call('ZREM', key.blob_uploads, object)
  if not v[1] then return nil end
  redis.call('DEL', key.blob_upload(object))
  if v[5] ~= '' then redis.call('HINCRBY', key.blob_usage(v[1]), 'naming', -1) end
  blob_charge(v[1], -tonumber(v[3]), -1)
  return {tenant = v[1], digest = v[2], size = tonumber(v[3]), life = tonumber(v[4]), name = v[5]}
end

-- What an upload that was given up left is to be swept: now, and after a day what arrived later: the store may have been
-- slow to answer, or the client stopped for a while.
local function blob_abandon(object, now)
  stat('blobs_given_up')
  redis.call('ZADD', key.blob_garbage, now, object)
  if redis.call('ZCARD', key.blob_garbage) < BLOB_AGAIN_MAX then
    redis.call('ZADD', key.blob_garbage, now + 86400000, object .. ' again')
  end
end

-- The digest that a reference ("sha256:DIGEST" or a name) stands for; nil = the tenant gave no such name.
local function blob_digest(tenant, reference)
  return string.match(reference, '^sha256:(%x+)$') or redis.call('HGET', key.blob_names(tenant), reference) or nil
end
