-- Shared by every script of the queue; put in front of each. docs/reference/wire.md draws the keys.
-- KEYS[1] is the prefix of all keys, with one hash tag ("{judge}:"), so that all of them live in one slot.
-- A lane is "class|route"; all waiting work of one lane and tenant is a FIFO; a lane orders its tenants.
local P = KEYS[1]

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function int(n) return string.format('%.0f', n) end

local function stat(name, by) redis.call('HINCRBY', P .. 'stat', name, by or 1) end

-- A number of the policy; 0 (no limit) when nobody has set it.
local function policy(name) return tonumber(redis.call('HGET', P .. 'policy', name) or 0) end

local function record(id, ...)
  local names = {...}
  local values = redis.call('HMGET', P .. 's:' .. id, unpack(names))
  local out = {}
  for i, name in ipairs(names) do out[name] = values[i] or nil end
  return out
end

local function emit(id, kind, event)
  redis.call('XADD', P .. 'e:' .. id, '*', 'type', kind, 'event', event)
end

-- A limit of the policy for one tenant: its own ("NAME/TENANT"), else everybody's.
local function tenant_limit(name, tenant)
  return tonumber(redis.call('HGET', P .. 'policy', name .. '/' .. tenant) or '') or policy(name)
end

local function at_cap(tenant)
  local cap = tenant_limit('tenant_running_max', tenant)
  return cap > 0 and tonumber(redis.call('HGET', P .. 't:' .. tenant, 'running') or 0) >= cap
end

-- Show a tenant with waiting work to the claimers of a lane, or park it while it is at its cap.
local function offer(class, lane, tenant)
  if at_cap(tenant) then
    redis.call('SADD', P .. 'parked:' .. tenant, lane)
    return
  end
  if redis.call('ZSCORE', P .. 'l:' .. lane, tenant) then return end
  local tag = math.max(tonumber(redis.call('HGET', P .. 'tag:' .. class, tenant) or 0),
                       tonumber(redis.call('HGET', P .. 'vtime', class) or 0))
  redis.call('HSET', P .. 'tag:' .. class, tenant, int(tag))
  redis.call('ZADD', P .. 'l:' .. lane, tag, tenant)
end

-- Tickets wake Celery workers; they carry nothing. One is pushed unless enough of them lie there already.
local function ticket(route, wanted)
  local template = redis.call('GET', P .. 'ticket')
  if not template then return 0 end
  local list = P .. 'q.' .. route
  local missing = math.min(wanted, 64 - redis.call('LLEN', list))
  for _ = 1, missing do
    local serial = string.format('%012x', redis.call('INCR', P .. 'ticket-serial'))
    redis.call('LPUSH', list, (string.gsub(template, '@@SERIAL@@', serial)))
  end
  return math.max(missing, 0)
end

local function enqueue(id, class, route, tenant, seq, at)
  local lane = class .. '|' .. route
  redis.call('ZADD', P .. 'w:' .. lane .. ':' .. tenant, seq, id)
  redis.call('ZADD', P .. 'a:' .. lane, at, id)
  redis.call('SADD', P .. 'lanes', lane)
  stat('waiting')
  redis.call('HINCRBY', P .. 't:' .. tenant, 'waiting', 1)
  if redis.call('HINCRBY', P .. 'waiting', class, 1) == 1 then
    -- A class that was idle starts level with the others: it gets no credit for its sleep.
    local now = tonumber(redis.call('HGET', P .. 'pass', '*') or 0)
    local own = tonumber(redis.call('HGET', P .. 'pass', class) or 0)
    redis.call('HSET', P .. 'pass', class, int(math.max(now, own)))
  end
  offer(class, lane, tenant)
end

local function forget_idle_tenant(tenant)
  local t = redis.call('HMGET', P .. 't:' .. tenant, 'waiting', 'running')
  if tonumber(t[1] or 0) <= 0 and tonumber(t[2] or 0) <= 0 then redis.call('DEL', P .. 't:' .. tenant) end
end

-- Take a waiting submission out of its lane. False when it was not there.
local function dequeue(id, class, route, tenant)
  local lane = class .. '|' .. route
  local fifo = P .. 'w:' .. lane .. ':' .. tenant
  if redis.call('ZREM', fifo, id) == 0 then return false end
  redis.call('ZREM', P .. 'a:' .. lane, id)
  stat('waiting', -1)
  redis.call('HINCRBY', P .. 't:' .. tenant, 'waiting', -1)
  if redis.call('EXISTS', fifo) == 0 then
    redis.call('ZREM', P .. 'l:' .. lane, tenant)
    redis.call('SREM', P .. 'parked:' .. tenant, lane)
  end
  if redis.call('EXISTS', P .. 'a:' .. lane) == 0 then redis.call('SREM', P .. 'lanes', lane) end
  if redis.call('HINCRBY', P .. 'waiting', class, -1) <= 0 then
    redis.call('HDEL', P .. 'waiting', class)
    redis.call('HDEL', P .. 'vtime', class)
    redis.call('DEL', P .. 'tag:' .. class)
  end
  return true
end

local function tenant_started(tenant)
  redis.call('HINCRBY', P .. 't:' .. tenant, 'running', 1)
  if not at_cap(tenant) then return end
  for _, lane in ipairs(redis.call('SMEMBERS', P .. 'lanes')) do
    if redis.call('ZREM', P .. 'l:' .. lane, tenant) == 1 then redis.call('SADD', P .. 'parked:' .. tenant, lane) end
  end
end

local function tenant_stopped(tenant)
  redis.call('HINCRBY', P .. 't:' .. tenant, 'running', -1)
  if not at_cap(tenant) then
    for _, lane in ipairs(redis.call('SMEMBERS', P .. 'parked:' .. tenant)) do
      local class, route = string.match(lane, '^([^|]*)|(.*)$')
      redis.call('SREM', P .. 'parked:' .. tenant, lane)
      if redis.call('EXISTS', P .. 'w:' .. lane .. ':' .. tenant) == 1 then
        offer(class, lane, tenant)
        ticket(route, 1)
      end
    end
  end
  forget_idle_tenant(tenant)
end

-- A claim ends, in whatever way: the lease, the slot and the tenant's share are free again.
local function unlease(id, node, slot, tenant)
  redis.call('ZREM', P .. 'lease', id)
  if node and slot then
    local held = redis.call('HGET', P .. 'n:' .. node, slot)
    if held and string.match(held, '^(%S+)') == id then redis.call('HDEL', P .. 'n:' .. node, slot) end
  end
  stat('running', -1)
  tenant_stopped(tenant)
end

-- Back to its old place in the queue (the sequence number is kept). The caller has ended the claim.
local function requeue(id, why)
  local r = record(id, 'class', 'route', 'tenant', 'seq', 'at')
  redis.call('HSET', P .. 's:' .. id, 'state', 'QUEUED', 'why', why, 'node', '', 'slot', '')
  enqueue(id, r.class, r.route, r.tenant, r.seq, r.at)
  ticket(r.route, 1)
end

-- The worker's own route: what one worker handed on to another waits there (see handon.lua).
local function own_route(node) return '@' .. node end

-- A worker that gave no sign of life for so long is not counted upon.
local SILENT_MS = 10000

local function is_alive(node, now)
  return tonumber(redis.call('ZSCORE', P .. 'workers', node) or 0) >= now - SILENT_MS
end

-- The worker with the least to do that serves a route and is none of ``without`` (a set of names); nil = there is none.
-- Only workers that are on, or (``patient``) else one that is out, and will be back.
local function other_worker(class, route, without, patient, now)
  local best, best_load
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', P .. 'workers', now - SILENT_MS, '+inf')) do
    local serves, own = P .. 'serves:' .. node, own_route(node)
    local state = redis.call('HGET', P .. 'worker:' .. node, 'state')
    if not without[node] and (state == 'on' or (patient and state == 'out'))
       and redis.call('SISMEMBER', serves, route) == 1 and redis.call('SISMEMBER', serves, own) == 1 then
      local load = redis.call('HLEN', P .. 'n:' .. node) + redis.call('ZCARD', P .. 'a:' .. class .. '|' .. own)
      load = load / math.max(tonumber(redis.call('HGET', P .. 'slots', node) or 1), 1) + (state == 'on' and 0 or 1e6)
      if not best or load < best_load then best, best_load = node, load end
    end
  end
  return best
end

-- The names in a field of a record, as a set.
local function set_of(names)
  local set = {}
  for name in string.gmatch(names or '', '%S+') do set[name] = true end
  return set
end

-- From now on only this worker may take the submission; "home" keeps the route it came by.
local function direct(id, node, home)
  redis.call('HSET', P .. 's:' .. id, 'route', own_route(node), 'home', home)
end

local function settle(id, state, now)
  redis.call('HSET', P .. 's:' .. id, 'state', state, 'done_at', int(now))
  redis.call('ZADD', P .. 'done', now, id)
end
