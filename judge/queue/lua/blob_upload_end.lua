-- An upload is over. ARGV: tenant, digest, object, "kept" (it lies in the store, whole), "dropped", or "unsent" (nothing
-- was sent to the store).
-- Returns "KEPT", "DROPPED", or "LATE" (it was given up meanwhile: what it left in the store is to be swept).
local tenant, digest, object, outcome = unpack(ARGV)
local now = now_ms()
if not is_blob_object(object) then return 'LATE' end
local owner = redis.call('HMGET', key.blob_upload(object), 'tenant', 'digest')
if owner[1] and (owner[1] ~= tenant or owner[2] ~= digest) then return 'LATE' end  -- it is an upload of something else
local upload = blob_close_upload(object)
if not upload then
  local kept = blob_alive(tenant, digest, now)
  if not kept or kept.object ~= object then redis.call('ZADD', key.blob_garbage, now, object) end
  return kept and 'KEPT' or 'LATE'  -- the call was repeated, or the upload was given up
end
if outcome ~= 'kept' then
  if outcome == 'unsent' then stat('blobs_given_up') else blob_abandon(object, now) end
  return 'DROPPED'
end
local blob = blob_record(tenant, digest)
if blob and blob.expires > now then  -- the same content was put meanwhile
  redis.call('ZADD', key.blob_garbage, now, object)
  blob_refresh(tenant, digest, blob, upload.life, now)
  blob_label(tenant, digest, upload.name, now)
  stat('blobs_put_again')
  return 'KEPT'
end
if blob then blob_expire(tenant, digest, blob, now) end
blob_charge(tenant, upload.size, 1)
blob_make(tenant, digest, upload.size, upload.life, upload.name, 'object', object, now)
return 'KEPT'
