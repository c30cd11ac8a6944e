-- Look at the whole queue; changes nothing. ARGV: recent_max, recent_ms (0 = only the numbers, no workers, no records)
-- Returns {now_ms, stat, waiting by class, {class, oldest_at, ...}, tickets, workers, running, recent}.
-- workers: {name, seen_at, session fields, {slot, "id fence pid", ...}}; running and recent: {id, fields} of records.
local recent_max, recent_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = now_ms()

local oldest, routes, tickets = {}, {}, 0
for _, lane in ipairs(redis.call('SMEMBERS', P .. 'lanes')) do
  local class, route = string.match(lane, '^([^|]*)|(.*)$')
  local head = redis.call('ZRANGE', P .. 'a:' .. lane, 0, 0, 'WITHSCORES')
  if head[2] then
    table.insert(oldest, class)
    table.insert(oldest, head[2])
  end
  routes[route] = true
end
for route in pairs(routes) do tickets = tickets + redis.call('LLEN', P .. 'q.' .. route) end

local workers, running, recent = {}, {}, {}
if recent_max > 0 then
  local fields = {'state', 'class', 'route', 'attempt', 'at', 'claimed_at', 'done_at', 'verdict', 'language', 'node', 'slot', 'why', 'tenant'}
  local function add(list, id)
    table.insert(list, id)
    local values = redis.call('HMGET', P .. 's:' .. id, unpack(fields))
    for i = 1, #fields do values[i] = values[i] or '' end
    table.insert(list, values)
  end
  local seen = redis.call('ZRANGE', P .. 'workers', 0, -1, 'WITHSCORES')
  for i = 1, #seen, 2 do
    local w = redis.call('HMGET', P .. 'worker:' .. seen[i], 'state', 'reason', 'info')
    local held = redis.call('HGETALL', P .. 'n:' .. seen[i])
    table.insert(workers, {seen[i], seen[i + 1], w[1] or '', w[2] or '', w[3] or '', held})
    for j = 2, #held, 2 do add(running, string.match(held[j], '^(%S+)')) end
  end
  for _, id in ipairs(redis.call('ZRANGE', P .. 'done', '+inf', now - recent_ms, 'BYSCORE', 'REV', 'LIMIT', 0, recent_max)) do
    add(recent, id)
  end
end
return {int(now), redis.call('HGETALL', P .. 'stat'), redis.call('HGETALL', P .. 'waiting'), oldest, tickets,
        workers, running, recent}
