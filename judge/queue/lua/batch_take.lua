-- Give a gateway batches to tend: of each tenant as many, first those that were tended longest ago. Nobody else is given
-- them for a while, which batch_tend renews.
-- ARGV: at most how many, for how many ms, the place from which on batches are looked for that a gateway of an earlier
-- version took in.
-- Returns {the place for the next time, {the tenants that wait for more}, {batch, tenant, ...}}.
local count, lease_ms, place = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local PAGE, TENANTS = 200, 256
local now = now_ms()

local page = redis.call('ZRANGE', key.batches_tended, place, place + PAGE - 1)
for _, id in ipairs(page) do
  local b = redis.call('HMGET', key.batch(id), 'tenant', 'at')
  if b[1] then batch_joins(id, b[1], b[2], now) else redis.call('ZREM', key.batches_tended, id) end
end

local tenants = redis.call('ZRANGEBYSCORE', key.batch_tenants, '-inf', int(now), 'LIMIT', 0, TENANTS)
local given, served, left = {}, {}, tenants
while count > 0 and #left > 0 do
  local each, more = math.max(1, math.floor(count / #left)), {}
  for _, tenant in ipairs(left) do
    local turns, most = key.batch_turns(tenant), math.min(each, count)
    local found = redis.call('ZRANGEBYSCORE', turns, '-inf', int(now), 'LIMIT', 0, most)
    for _, id in ipairs(found) do
      if batch_exists(id) then
        redis.call('ZADD', turns, int(now + lease_ms), id)
        table.insert(given, id)
        table.insert(given, tenant)
        served[tenant], count = true, count - 1
      else
        redis.call('ZREM', turns, id)  -- a gateway of an earlier version removed it
      end
    end
    if #found == most then table.insert(more, tenant) end
  end
  left = more
end

local waiting = {}
for _, tenant in ipairs(tenants) do
  local first = redis.call('ZRANGE', key.batch_turns(tenant), 0, 0, 'WITHSCORES')
  if not first[1] then
    redis.call('ZREM', key.batch_tenants, tenant)
  elseif tonumber(first[2]) > now then
    redis.call('ZADD', key.batch_tenants, first[2], tenant)
  else
    table.insert(waiting, tenant)
    if served[tenant] then redis.call('ZADD', key.batch_tenants, int(now), tenant) end
  end
end
return {#page == PAGE and int(place + PAGE) or '0', waiting, given}
