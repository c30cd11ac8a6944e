-- A tenant puts a blob: all of it with this call, or a promise to upload it into the store.
-- ARGV: tenant, digest, size, life in ms (0 = the usual one), name ("" = none), object (a fresh name in the store),
--       content ("" = it does not come along).
-- Returns {"KEPT"}, {"UPLOAD", ms to do it in}, {"LARGE", most}, {"LIFE", most ms}, {"BYTES", most, in use},
-- {"COUNT", most} or {"NAMES", most}, {"FORM"} for what is no tenant, digest, size or name in the store. Repeating it
-- changes nothing but the blob's time.
local function refused(answer)
  stat('blobs_refused')
  return answer
end

local tenant, digest, size, life, name, object, content = unpack(ARGV)
local now = now_ms()
if string.find(tenant, '%s') or not (is_blob_digest(digest) and is_blob_object(object)
   and is_count(size) and is_count(life)) then
  return refused({'FORM'})
end
size, life = tonumber(size), tonumber(life)

local largest, longest = policy('blob_bytes_max'), policy('blob_life_max_ms')
if largest > 0 and size > largest then return refused({'LARGE', largest}) end
if longest > 0 and life > longest then return refused({'LIFE', longest}) end
if life == 0 then life = policy('blob_life_ms') end
if life == 0 then life = BLOB_LIFE_MS end

local time = policy('blob_upload_ms')
if time == 0 then time = BLOB_UPLOAD_MS end
if redis.call('EXISTS', key.blob_upload(object)) == 1 then return {'UPLOAD', time} end  -- the call was repeated

local counts = tenant_limit('tenant_blobs', tenant)
if name ~= '' and counts > 0 and redis.call('HEXISTS', key.blob_names(tenant), name) == 0 then
  local naming = tonumber(redis.call('HGET', key.blob_usage(tenant), 'naming') or 0)
  if redis.call('HLEN', key.blob_names(tenant)) + naming >= counts then return refused({'NAMES', counts}) end
end

local blob = blob_record(tenant, digest)
if blob and blob.expires > now then
  blob_refresh(tenant, digest, blob, life, now)
  blob_label(tenant, digest, name, now)
  stat('blobs_put_again')
  return {'KEPT'}
end
if blob then blob_expire(tenant, digest, blob, now) end

local bytes = tenant_limit('tenant_blob_bytes', tenant)
local used = redis.call('HMGET', key.blob_usage(tenant), 'bytes', 'count')
if bytes > 0 and tonumber(used[1] or 0) + size > bytes then return refused({'BYTES', bytes, tonumber(used[1] or 0)}) end
if counts > 0 and tonumber(used[2] or 0) >= counts then return refused({'COUNT', counts}) end

blob_charge(tenant, size, 1)
if #content == size and blob_has_memory(tenant, size) then
  blob_take_memory(tenant, size)
  blob_make(tenant, digest, size, life, name, 'content', content, now)
  return {'KEPT'}
end
redis.call('HSET', key.blob_upload(object), 'tenant', tenant, 'digest', digest, 'size', int(size), 'life', int(life),
           'name', name)
if name ~= '' then redis.call('HINCRBY', key.blob_usage(tenant), 'naming', 1) end
redis.call('ZADD', key.blob_uploads, now + time, object)
return {'UPLOAD', time}
