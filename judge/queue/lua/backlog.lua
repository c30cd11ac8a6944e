-- What waits, by lane and by tenant; changes nothing. ARGV: how many tenants of each lane are looked at, how many in all.
-- Returns {now_ms, {lane, waiting, tenants, tickets, oldest_at, ...}, {tenant, waiting, running, lanes it is kept out of,
-- ...}}: of those that lanes serve now, and those of whose work something runs.
local each, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local lanes, tenants, seen, count = {}, {}, {}, 0

local function add(tenant)
  if not tenant or seen[tenant] or count >= most then return end
  seen[tenant], count = true, count + 1
  local t = redis.call('HMGET', key.tenant(tenant), 'waiting', 'running')
  for _, value in ipairs({tenant, t[1] or '0', t[2] or '0', redis.call('SCARD', key.parked(tenant))}) do
    table.insert(tenants, value)
  end
end

for _, node in ipairs(redis.call('ZRANGE', key.workers, 0, -1)) do
  for _, text in ipairs(redis.call('HVALS', key.held(node))) do
    local held = held_in(text)
    if held then add(redis.call('HGET', key.record(held.id), 'tenant')) end
  end
end
for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
  local _, route = split_lane(lane)
  local head = redis.call('ZRANGE', key.lane_ages(lane), 0, 0, 'WITHSCORES')
  local depth, served = redis.call('ZCARD', key.lane_ages(lane)), redis.call('ZCARD', key.lane_tenants(lane))
  for _, value in ipairs({lane, depth, served, redis.call('LLEN', key.tickets(route)), head[2] or '0'}) do
    table.insert(lanes, value)
  end
  for _, tenant in ipairs(redis.call('ZRANGE', key.lane_tenants(lane), 0, each - 1)) do add(tenant) end
end
return {int(now_ms()), lanes, tenants}
