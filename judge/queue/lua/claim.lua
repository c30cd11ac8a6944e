-- Take the best waiting submission that this worker serves, under a lease. Popping and leasing are one step.
-- ARGV: node, session, slot, pid, lease_ms, the one class wanted ("" = any), what ails the host ("" = nothing: else the
-- worker takes itself out in place of claiming)
-- Returns {"NONE"}, {"OUT", state}, {"STALE"} or
-- {"CLAIMED", id, fence, attempt, submission JSON, sources JSON, wait_ms, class}.
local node, session, slot, pid, lease_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local only = ARGV[6]

local worker = redis.call('HMGET', P .. 'worker:' .. node, 'session', 'state')
if worker[1] ~= session then return {'STALE'} end

-- A slot that asks again holds nothing: an earlier claim whose answer got lost goes back.
local held = redis.call('HGET', P .. 'n:' .. node, slot)
if held then
  local held_id, held_fence = string.match(held, '^(%S+) (%S+)')
  local r = record(held_id, 'state', 'fence', 'tenant', 'attempt')
  if r.state == 'CLAIMED' and r.fence == held_fence then
    redis.call('HINCRBY', P .. 's:' .. held_id, 'attempt', -1)
    unlease(held_id, node, slot, r.tenant)
    requeue(held_id, 'the answer to a claim was lost')
  else
    redis.call('HDEL', P .. 'n:' .. node, slot)
  end
end
if worker[2] == 'on' and ARGV[7] ~= '' then
  redis.call('HSET', P .. 'worker:' .. node, 'state', 'out', 'reason', ARGV[7])
  return {'OUT', 'out'}
end
if worker[2] ~= 'on' then return {'OUT', worker[2] or ''} end

local now = now_ms()
local served, classes, lanes = {}, {}, {}
for _, lane in ipairs(redis.call('SMEMBERS', P .. 'lanes')) do
  local class, route = string.match(lane, '^([^|]*)|(.*)$')
  if served[route] == nil then served[route] = redis.call('SISMEMBER', P .. 'serves:' .. node, route) == 1 end
  if served[route] and (only == '' or only == class) and redis.call('EXISTS', P .. 'l:' .. lane) == 1 then
    if not classes[class] then classes[class] = {} end
    table.insert(classes[class], lane)
    table.insert(lanes, lane)
  end
end
if #lanes == 0 then return {'NONE'} end

-- Every fourth claim looks for work that has waited too long, whatever its class; of each lane at the eldest few, since
-- those of a tenant at its limit may be in front.
local function aged()
  local limit = policy('ageing_ms')
  if limit <= 0 or redis.call('HINCRBY', P .. 'stat', 'claims', 1) % 4 ~= 0 then return nil end
  local oldest, oldest_at = nil, now - limit
  for _, lane in ipairs(lanes) do
    local eldest = redis.call('ZRANGE', P .. 'a:' .. lane, 0, 7, 'WITHSCORES')
    for i = 1, #eldest, 2 do
      if tonumber(eldest[i + 1]) > oldest_at then break end
      if not at_cap(redis.call('HGET', P .. 's:' .. eldest[i], 'tenant')) then
        oldest, oldest_at = eldest[i], tonumber(eldest[i + 1])
        break
      end
    end
  end
  return oldest
end

-- Stride scheduling: the class that is furthest behind its share.
local function next_class()
  local best, best_pass
  for class in pairs(classes) do
    local pass = tonumber(redis.call('HGET', P .. 'pass', class) or 0)
    if not best or pass < best_pass or (pass == best_pass and class < best) then best, best_pass = class, pass end
  end
  return best
end

-- Start-time fair queueing: the tenant with the smallest tag over the lanes of the class.
local function next_in(class)
  local best_lane, best_tenant, best_tag
  for _, lane in ipairs(classes[class]) do
    while true do
      local head = redis.call('ZRANGE', P .. 'l:' .. lane, 0, 0, 'WITHSCORES')
      local tag = math.max(tonumber(redis.call('HGET', P .. 'tag:' .. class, head[1]) or 0), tonumber(head[2]))
      if tag == tonumber(head[2]) then
        if not best_lane or tag < best_tag then best_lane, best_tenant, best_tag = lane, head[1], tag end
        break
      end
      redis.call('ZADD', P .. 'l:' .. lane, tag, head[1])  -- was served in another lane meanwhile
    end
  end
  return redis.call('ZRANGE', P .. 'w:' .. best_lane .. ':' .. best_tenant, 0, 0)[1]
end

local id = aged() or next_in(next_class())
local r = record(id, 'class', 'route', 'tenant', 'at', 'fence', 'attempt', 'sub', 'src')
local lane = r.class .. '|' .. r.route

local tag = tonumber(redis.call('HGET', P .. 'tag:' .. r.class, r.tenant) or 0)
local vtime = tonumber(redis.call('HGET', P .. 'vtime', r.class) or 0)
redis.call('HSET', P .. 'vtime', r.class, int(math.max(vtime, tag)))
redis.call('HSET', P .. 'tag:' .. r.class, r.tenant, int(tag + 1))
redis.call('ZADD', P .. 'l:' .. lane, 'XX', tag + 1, r.tenant)
local pass = tonumber(redis.call('HGET', P .. 'pass', r.class) or 0)
local weight = math.max(tonumber(redis.call('HGET', P .. 'weights', r.class) or 1), 1)
redis.call('HSET', P .. 'pass', r.class, int(pass + math.floor(1000000 / weight)), '*', int(pass))
dequeue(id, r.class, r.route, r.tenant)

local fence, attempt = tonumber(r.fence) + 1, tonumber(r.attempt) + 1
redis.call('HSET', P .. 's:' .. id, 'state', 'CLAIMED', 'fence', fence, 'attempt', attempt, 'node', node, 'slot', slot,
           'claimed_at', int(now))
redis.call('ZADD', P .. 'lease', now + lease_ms, id)
redis.call('HSET', P .. 'n:' .. node, slot, id .. ' ' .. fence .. ' ' .. pid .. ' ' .. r.class)
redis.call('HSET', P .. 'stat', 'claimed_at', int(now))
stat('running')
tenant_started(r.tenant)
local wait_ms = math.max(now - tonumber(r.at), 0)
emit(id, 'claimed', '{"type":"claimed","submission":' .. cjson.encode(id) .. ',"worker":' .. cjson.encode(node .. '/' .. slot)
     .. ',"attempt":' .. attempt .. ',"wait_ns":' .. int(wait_ms * 1000000) .. '}')
return {'CLAIMED', id, fence, attempt, r.sub, redis.call('GET', P .. 'src:' .. r.src), wait_ms, r.class}
