-- Shared by every script of the queue; put in front of each. The keys are named as in judge/queue/keys.py.
-- KEYS[1] is the prefix of all keys, with one hash tag ("{judge}:"), so that all of them live in one slot.
-- A lane is "class|route"; all waiting work of one lane and tenant is a FIFO; a lane orders its tenants.

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function int(n) return string.format('%.0f', n) end

local function stat(name, by) redis.call('HINCRBY', key.counters, name, by or 1) end

-- A number of the policy; 0 (no limit) when it is not set.
local function policy(name) return tonumber(redis.call('HGET', key.policy, name) or 0) end

local function record(id, ...)
  local names = {...}
  local values = redis.call('HMGET', key.record(id), unpack(names))
  local out = {}
  for i, name in ipairs(names) do out[name] = values[i] or nil end
  return out
end

-- Of a record's route and home: sessions are run once, and not by every slot.
local function is_session(r) return string.sub(r.home or r.route or '', -8) == '=session' end

-- Whether it is a verification, by the route that it came by.
local function is_verification(r) return string.sub(r.home or r.route or '', -7) == '=verify' end

-- Whether the program of a session's claim may have been started: its worker says so by the stream of its output.
local function has_begun(id, fence) return redis.call('EXISTS', key.session_output(id, fence)) == 1 end

local function lane_of(class, route) return class .. '|' .. route end

-- Class and route of a lane.
local function split_lane(lane) return string.match(lane, '^([^|]*)|(.*)$') end

-- JSON of a flat table with a whole number from 1e14 on. cjson would write 1e+14, which readers of integers refuse.
local function json_of_large(flat)
  local parts = {}
  for name, value in pairs(flat) do
    local text = type(value) == 'number' and int(value) or cjson.encode(value)
    table.insert(parts, cjson.encode(name) .. ':' .. text)
  end
  return '{' .. table.concat(parts, ',') .. '}'
end

-- Say that something was appended to a submission's stream: who follows many of them waits on one connection.
local function tell(id) redis.call('PUBLISH', key.news(id), '') end

-- Append an event, a table as docs/reference/wire.schema.json has it, to a submission's stream.
local function emit(id, event, place)
  event.submission = id
  local json = (event.wait_ns or 0) < 1e14 and cjson.encode(event) or json_of_large(event)
  redis.call('XADD', key.events(id), place or '*', 'type', event.type, 'event', json)
  tell(id)
end

-- The last event, "done" or "cancelled". Its place is the same in each stream and behind any other: who waits for the
-- end alone reads from right before it (BEFORE_LAST in judge/queue/keys.py).
local function emit_last(id, event) emit(id, event, '9999999999999999-1') end

-- What a slot holds (a table: slot, id, fence, pid, priority_class) by its text; nil = nothing that can be read.
local function held_in(text)
  local readable, held = pcall(cjson.decode, text or '')
  return readable and type(held) == 'table' and held or nil
end

-- A limit of the policy for one tenant: its own ("NAME/TENANT"), else that of those without a key, else everybody's.
local function tenant_limit(name, tenant)
  local of_anonymous = string.sub(tenant, 1, 10) == 'anonymous@' and string.gsub(name, '^tenant', 'anonymous') or name
  local found = redis.call('HMGET', key.policy, name .. '/' .. tenant, of_anonymous, name)
  if found[1] and tonumber(found[1]) then return tonumber(found[1]) end
  local most = tonumber(found[2] or 0)
  return most > 0 and most or tonumber(found[3] or 0)
end

-- How many of a tenant's may run at once; 0 = any number. Read once by each script: it asks for the same one often.
local caps = {}
local function cap_of(tenant)
  caps[tenant] = caps[tenant] or tenant_limit('tenant_running_max', tenant)
  return caps[tenant]
end

local function at_cap(tenant)
  local cap = cap_of(tenant)
  return cap > 0 and tonumber(redis.call('HGET', key.tenant(tenant), 'running') or 0) >= cap
end

-- Show a tenant with waiting work to the claimers of a lane, or park it while it is at its cap.
local function show_or_park(class, lane, tenant)
  if at_cap(tenant) then
    redis.call('SADD', key.parked(tenant), lane)
    return
  end
  if redis.call('ZSCORE', key.lane_tenants(lane), tenant) then return end
  local tag = math.max(tonumber(redis.call('HGET', key.tenant_tags(class), tenant) or 0),
                       tonumber(redis.call('HGET', key.class_vtimes, class) or 0))
  redis.call('HSET', key.tenant_tags(class), tenant, int(tag))
  redis.call('ZADD', key.lane_tenants(lane), tag, tenant)
end

-- Tickets wake Celery workers; they carry nothing. One is pushed unless enough of them lie there already.
local function ticket(route, wanted)
  local template = redis.call('GET', key.ticket_template)
  if not template then return 0 end
  local list = key.tickets(route)
  local missing = math.min(wanted, 64 - redis.call('LLEN', list))
  for _ = 1, missing do
    local serial = string.format('%012x', redis.call('INCR', key.ticket_serial))
    redis.call('LPUSH', list, (string.gsub(template, '@@SERIAL@@', serial)))
  end
  return math.max(missing, 0)
end

local function enqueue(id, class, route, tenant, seq, at)
  local lane = lane_of(class, route)
  redis.call('ZADD', key.lane_fifo(lane, tenant), seq, id)
  redis.call('ZADD', key.lane_ages(lane), at, id)
  redis.call('SADD', key.lanes, lane)
  stat('waiting')
  redis.call('HINCRBY', key.tenant(tenant), 'waiting', 1)
  if redis.call('HINCRBY', key.class_waiting, class, 1) == 1 then
    -- A class that was idle starts level with the others: it gets no credit for its sleep.
    local now = tonumber(redis.call('HGET', key.class_passes, '*') or 0)
    local own = tonumber(redis.call('HGET', key.class_passes, class) or 0)
    redis.call('HSET', key.class_passes, class, int(math.max(now, own)))
  end
  show_or_park(class, lane, tenant)
end

local function forget_idle_tenant(tenant)
  local t = redis.call('HMGET', key.tenant(tenant), 'waiting', 'running')
  if tonumber(t[1] or 0) <= 0 and tonumber(t[2] or 0) <= 0 then redis.call('DEL', key.tenant(tenant)) end
end

-- Take a waiting submission out of its lane. False when it was not there.
local function dequeue(id, class, route, tenant)
  local lane = lane_of(class, route)
  local fifo = key.lane_fifo(lane, tenant)
  if redis.call('ZREM', fifo, id) == 0 then return false end
  redis.call('ZREM', key.lane_ages(lane), id)
  stat('waiting', -1)
  redis.call('HINCRBY', key.tenant(tenant), 'waiting', -1)
  if redis.call('EXISTS', fifo) == 0 then
    redis.call('ZREM', key.lane_tenants(lane), tenant)
    redis.call('SREM', key.parked(tenant), lane)
  end
  if redis.call('EXISTS', key.lane_ages(lane)) == 0 then redis.call('SREM', key.lanes, lane) end
  if redis.call('HINCRBY', key.class_waiting, class, -1) <= 0 then
    redis.call('HDEL', key.class_waiting, class)
    redis.call('HDEL', key.class_vtimes, class)
    redis.call('DEL', key.tenant_tags(class))
  end
  return true
end

local function tenant_started(tenant)
  local running, cap = redis.call('HINCRBY', key.tenant(tenant), 'running', 1), cap_of(tenant)
  if cap <= 0 or running < cap then return end
  for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
    if redis.call('ZREM', key.lane_tenants(lane), tenant) == 1 then redis.call('SADD', key.parked(tenant), lane) end
  end
end

local function tenant_stopped(tenant)
  redis.call('HINCRBY', key.tenant(tenant), 'running', -1)
  if not at_cap(tenant) then
    for _, lane in ipairs(redis.call('SMEMBERS', key.parked(tenant))) do
      local class, route = split_lane(lane)
      redis.call('SREM', key.parked(tenant), lane)
      if redis.call('EXISTS', key.lane_fifo(lane, tenant)) == 1 then
        show_or_park(class, lane, tenant)
        ticket(route, 1)
      end
    end
  end
  forget_idle_tenant(tenant)
end

-- A claim ends, in whatever way: the lease, the slot and the tenant's share are free again.
local function unlease(id, node, slot, tenant)
  redis.call('ZREM', key.leases, id)
  if node and slot then
    local held = held_in(redis.call('HGET', key.held(node), slot))
    if held and held.id == id then redis.call('HDEL', key.held(node), slot) end
  end
  stat('running', -1)
  tenant_stopped(tenant)
end

-- Back to its old place in the queue (the sequence number is kept). The caller has ended the claim.
local function requeue(id, reason)
  local r = record(id, 'class', 'route', 'tenant', 'seq', 'at')
  redis.call('HSET', key.record(id), 'state', 'QUEUED', 'why', reason, 'node', '', 'slot', '')
  enqueue(id, r.class, r.route, r.tenant, r.seq, r.at)
  ticket(r.route, 1)
end

-- No worker holds it: the sweep takes it up at a time; ``over``: to end it.
local function hold(id, reason, at, over)
  redis.call('HSET', key.record(id), 'state', 'HELD', 'why', reason, 'node', '', 'slot', '', 'over', over and 1 or 0)
  redis.call('HINCRBY', key.record(id), 'fence', 1)
  redis.call('ZADD', key.leases, at, id)
end

-- The worker's own route: what one worker handed on to another waits there (see handon.lua); sessions apart.
local function own_route(node, session) return '@' .. node .. (session and '+=session' or '') end

-- A worker without a sign of life for this long is not counted upon.
local SILENT_MS = 10000

local function is_alive(node, now)
  return tonumber(redis.call('ZSCORE', key.workers, node) or 0) >= now - SILENT_MS
end

-- The worker with the least to do that serves a route and is none of ``without`` (a set of names); nil = there is none.
-- Only workers that are on, or (``patient``) else one that is out, and will be back.
local function other_worker(class, route, without, patient, now)
  local best, best_load
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', key.workers, now - SILENT_MS, '+inf')) do
    local serves, own = key.serves(node), own_route(node, is_session({route = route}))
    local state = redis.call('HGET', key.worker(node), 'state')
    if not without[node] and (state == 'on' or (patient and state == 'out'))
       and redis.call('SISMEMBER', serves, route) == 1 and redis.call('SISMEMBER', serves, own) == 1 then
      local load = redis.call('HLEN', key.held(node)) + redis.call('ZCARD', key.lane_ages(lane_of(class, own)))
      load = load / math.max(tonumber(redis.call('HGET', key.slots, node) or 1), 1) + (state == 'on' and 0 or 1e6)
      if not best or load < best_load then best, best_load = node, load end
    end
  end
  return best
end

-- The names in a field of a record (a JSON array, or nil = none), as a set.
local function set_of(names)
  local set = {}
  for _, name in ipairs(cjson.decode(names or '[]')) do set[name] = true end
  return set
end

-- From now on only this worker may take the submission; "home" keeps the route it came by.
local function direct(id, node, home)
  redis.call('HSET', key.record(id), 'route', own_route(node, is_session({route = home})), 'home', home)
end

-- ``...``: further fields of the record and their values.
local function settle(id, state, now, ...)
  redis.call('HSET', key.record(id), 'state', state, 'done_at', int(now), ...)
  redis.call('ZADD', key.done, now, id)
  redis.call('PUBLISH', key.settled, id)
end

-- A worker is out of the list; what it still holds is left to its leases.
local function forget_worker(node)
  redis.call('ZREM', key.workers, node)
  redis.call('HDEL', key.slots, node)
  redis.call('DEL', key.worker(node), key.serves(node))
end
