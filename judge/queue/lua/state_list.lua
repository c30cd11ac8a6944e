-- A tenant's carried states, the last used first. ARGV: tenant, how many to pass over, how many.
-- Returns {name, version, at, by, size, versions kept, bytes of them, used at, ...}.
local tenant, passed, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local found = {}
local names = redis.call('ZREVRANGE', key.states_of(tenant), passed, passed + count - 1, 'WITHSCORES')
for i = 1, #names, 2 do
  local name = names[i]
  local v = redis.call('HMGET', key.state(tenant, name), 'version', 'at', 'by', 'size', 'bytes')
  local kept = redis.call('HLEN', key.state_versions(tenant, name))
  for _, value in ipairs({name, v[1], v[2], v[3], v[4], kept, v[5], names[i + 1]}) do table.insert(found, value) end
end
return found
