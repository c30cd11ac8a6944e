-- A tenant removes a blob by its digest, or takes a name away. ARGV: tenant, reference.
-- Returns "REMOVED", "UNNAMED" (the name is gone, the blob was put under another one, or without, as well) or "NONE".
local tenant, reference = unpack(ARGV)
local now = now_ms()
local digest = blob_digest(tenant, reference)
local blob = digest and blob_alive(tenant, digest, now)
if not blob then return 'NONE' end
if string.sub(reference, 1, 7) ~= 'sha256:' then
  return blob_take_name(tenant, reference, digest, now) and 'REMOVED' or 'UNNAMED'
end
blob_forget(tenant, digest, blob, now)
stat('blobs_removed')
return 'REMOVED'
