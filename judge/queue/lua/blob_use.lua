-- Where a tenant's blob lies; its life begins again. ARGV: tenant, reference.
-- Returns {"FOUND", digest, size, object, content}, {"EXPIRED", when} or {"NONE"}.
local tenant, reference = unpack(ARGV)
local now = now_ms()
local digest = blob_digest(tenant, reference)
if not digest then
  stat('blobs_missed')
  return {'NONE'}
end
local blob = blob_record(tenant, digest)
if blob and blob.expires > now then
  blob_refresh(tenant, digest, blob, 0, now)
  stat('blobs_read')
  return {'FOUND', digest, int(blob.size), blob.object, blob.content}
end
stat('blobs_missed')
local ended = blob and int(blob.expires) or redis.call('ZSCORE', key.blob_ends(tenant), digest)
return ended and {'EXPIRED', ended} or {'NONE'}
