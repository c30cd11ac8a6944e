-- Look at the whole queue; changes nothing. ARGV: recent_max, recent_ms (0 = only the numbers, no workers, no records)
-- Returns {now_ms, stat, waiting by class, {class, oldest_at, ...}, tickets, workers, running, recent}.
-- workers: {name, seen_at, session fields, {slot, JSON, ...}}; running and recent: {id, fields} of records.
local recent_max, recent_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = now_ms()

local oldest, routes, tickets = {}, {}, 0
for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
  local class, route = split_lane(lane)
  local head = redis.call('ZRANGE', key.lane_ages(lane), 0, 0, 'WITHSCORES')
  if head[2] then
    table.insert(oldest, class)
    table.insert(oldest, head[2])
  end
  routes[key.tickets(route)] = true
end
for list in pairs(routes) do tickets = tickets + redis.call('LLEN', list) end

local workers, running, recent = {}, {}, {}
if recent_max > 0 then
  local fields = {'state', 'class', 'route', 'attempt', 'at', 'claimed_at', 'done_at', 'verdict', 'language', 'node', 'slot', 'why', 'tenant', 'sub'}
  local function add(list, id)
    table.insert(list, id)
    local values = redis.call('HMGET', key.record(id), unpack(fields))
    for i = 1, #fields do values[i] = values[i] or '' end
    table.insert(list, values)
  end
  local seen = redis.call('ZRANGE', key.workers, 0, -1, 'WITHSCORES')
  for i = 1, #seen, 2 do
    local w = redis.call('HMGET', key.worker(seen[i]), 'state', 'reason', 'info')
    local held = redis.call('HGETALL', key.held(seen[i]))
    table.insert(workers, {seen[i], seen[i + 1], w[1] or '', w[2] or '', w[3] or '', held})
    for j = 2, #held, 2 do
      local what = held_in(held[j])
      if what then add(running, what.id) end
    end
  end
  for _, id in ipairs(redis.call('ZRANGE', key.done, '+inf', now - recent_ms, 'BYSCORE', 'REV', 'LIMIT', 0, recent_max)) do
    add(recent, id)
  end
end
return {int(now), redis.call('HGETALL', key.counters), redis.call('HGETALL', key.class_waiting), oldest, tickets,
        workers, running, recent}
