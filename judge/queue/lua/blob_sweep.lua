-- A worker sweeps: expired blobs and uploads that were never finished go.
-- ARGV: how many at most, after how many ms another worker may try again, for how many ms after the end of its time an
-- upload may still come, then the answers of earlier calls that the
-- caller has dealt with. Returns what to remove from the store: "NAME" or "NAME again".
local most, again_ms, grace_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = now_ms()
if #ARGV > 3 then stat('blobs_swept', #ARGV - 3) end
for i = 4, #ARGV do redis.call('ZREM', key.blob_garbage, ARGV[i]) end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key.blob_expiry, '-inf', now, 'LIMIT', 0, most)) do
  local tenant, digest = string.match(member, '^(%S+) (%S+)$')
  local blob = tenant and blob_record(tenant, digest)
  if blob then
    blob_expire(tenant, digest, blob, now)
  else
    redis.call('ZREM', key.blob_expiry, member)
  end
end
for _, object in ipairs(redis.call('ZRANGEBYSCORE', key.blob_uploads, '-inf', now - grace_ms, 'LIMIT', 0, most)) do
  blob_close_upload(object)
  blob_abandon(object, now)
end
local due = redis.call('ZRANGEBYSCORE', key.blob_garbage, '-inf', now, 'LIMIT', 0, most)
for _, object in ipairs(due) do redis.call('ZADD', key.blob_garbage, now + again_ms, object) end
return due
