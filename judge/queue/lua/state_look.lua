-- One carried state, or a version of it; changes nothing. ARGV: tenant, name, version (0 = the newest).
-- Returns {"NONE"}, {"GONE", version} or {"FOUND", version, at, by, size, bytes of all versions, used at, content,
-- {version, ...}}: "at", "by" and "size" are the newest one's.
local tenant, name, wanted = ARGV[1], ARGV[2], tonumber(ARGV[3])
local v = redis.call('HMGET', key.state(tenant, name), 'version', 'at', 'by', 'size', 'bytes')
if not v[1] then return {'NONE'} end
local version = wanted > 0 and int(wanted) or v[1]
local content = redis.call('HGET', key.state_versions(tenant, name), version)
if not content then return {'GONE', version} end
local used = redis.call('ZSCORE', key.states_of(tenant), name)
return {'FOUND', version, v[2], v[3], v[4], v[5], used, content, redis.call('HKEYS', key.state_versions(tenant, name))}
