-- Whether this process of the slot holds a claim.
local function holds(node, slot, pid)
  local held = held_in(redis.call('HGET', key.held(node), slot))
  return held and held.pid == tonumber(pid)
end

-- A slot that asks again holds nothing: an earlier claim whose answer got lost goes back.
local function give_up_held(node, slot)
  local held = redis.call('HGET', key.held(node), slot)
  if held then
    held = held_in(held)
    local r = held and record(held.id, 'state', 'fence', 'tenant', 'attempt', 'route', 'home') or {}
    if r.state == 'CLAIMED' and tonumber(r.fence) == held.fence then
      unlease(held.id, node, slot, r.tenant)
      if is_session(r) and has_begun(held.id, r.fence) then
        hold(held.id, 'its judging process died', 0, true)
      else
        redis.call('HINCRBY', key.record(held.id), 'attempt', -1)
        requeue(held.id, 'the answer to a claim was lost')
      end
    else
      redis.call('HDEL', key.held(node), slot)
    end
  end
end

-- A claim of this worker's slot is answered by this in any case; nil = it may be given work.
local function unfit(node, session, slot, pid, ill, wait_ms)
  local worker = redis.call('HMGET', key.worker(node), 'session', 'state')
  if worker[1] ~= session then return {'STALE'} end
  local handed = redis.call('RPOP', key.handed(node, slot))
  if handed and wait_ms > 0 and worker[2] == 'on' and ill == '' and holds(node, slot, pid) then
    return {'HANDED', handed}  -- since a ticket woke it
  end
  give_up_held(node, slot)
  if worker[2] == 'on' and ill ~= '' then
    redis.call('HSET', key.worker(node), 'state', 'out', 'reason', ill)
    return {'OUT', 'out'}
  end
  if worker[2] ~= 'on' then return {'OUT', worker[2] or ''} end
  return nil
end

-- A slot of this worker has it from now on. Takes its record with "sources", their text, or "src". Returns as claim().
local function leased(id, r, node, slot, pid, lease_ms, now)
  local fence, attempt = tonumber(r.fence) + 1, tonumber(r.attempt) + 1
  redis.call('HSET', key.record(id), 'state', 'CLAIMED', 'fence', fence, 'attempt', attempt, 'node', node, 'slot', slot,
             'claimed_at', int(now))
  redis.call('ZADD', key.leases, now + lease_ms, id)
  redis.call('HSET', key.held(node), slot,
             cjson.encode({slot = slot, id = id, fence = fence, pid = tonumber(pid), priority_class = r.class}))
  redis.call('HSET', key.counters, 'claimed_at', int(now))
  stat('running')
  tenant_started(r.tenant)
  local waited_ms = math.max(now - tonumber(r.at), 0)
  emit(id, {type = 'claimed', worker = node .. '/' .. slot, attempt = attempt, wait_ns = waited_ms * 1000000})
  return {'CLAIMED', id, fence, attempt, r.sub, r.sources or redis.call('GET', key.sources(r.src)), waited_ms, r.class}
end

-- A class has one piece of work less to wait for, and more of its share; ``pass``: where it stands.
local function class_served(class, pass)
  local weight = math.max(tonumber(redis.call('HGET', key.weights, class) or 1), 1)
  redis.call('HSET', key.class_passes, class, int(pass + math.floor(1000000 / weight)), '*', int(pass))
end

-- Take the best waiting submission that this worker serves, under a lease. Popping and leasing are one step.
-- Takes node, session, slot, pid, lease_ms, the one class wanted ("" = any), what ails the host ("" = nothing: else the
-- worker takes itself out in place of claiming), how many of the worker's slots sessions may have; and, of a slot that
-- then waits for tickets, for how long: meanwhile a claim may be handed to it (see handing.lua)
-- Returns {"NONE"}, {"OUT", state}, {"STALE"}, {"HANDED", what was handed to it just now} or
-- {"CLAIMED", id, fence, attempt, submission JSON, sources JSON, wait_ms, class}.
local function claim(node, session, slot, pid, lease_ms, only, ill, session_slots, wait_ms)
  local asked = {node, session, slot, pid, lease_ms, only, '', session_slots}
  lease_ms = tonumber(lease_ms)
  wait_ms = tonumber(wait_ms or 0)
  redis.call('ZREM', key.waiting_slots, cjson.encode(asked))
  local refusal = unfit(node, session, slot, pid, ill, wait_ms)
  if refusal then return refusal end

  -- Whether one more session may run here; asked when one waits.
  local room
  local function room_for_session()
    if room == nil then
      local sessions = 0
      for _, text in ipairs(redis.call('HVALS', key.held(node))) do
        local other = held_in(text)
        if other and is_session(record(other.id, 'route', 'home')) then sessions = sessions + 1 end
      end
      room = sessions < tonumber(session_slots or 1)
    end
    return room
  end

  local now = now_ms()
  -- Which lanes may be claimed from, by class, and the first two tenants of each with their tags. There are lanes by the
  -- hundred: one call each, and no more.
  local waiting, routes = redis.call('SMEMBERS', key.lanes), {}
  for i, lane in ipairs(waiting) do
    local _, route = split_lane(lane)
    routes[i] = route
  end
  local served, heads, classes, lanes = {}, {}, {}, {}
  for first = 1, #routes, 1000 do
    local last = math.min(first + 999, #routes)
    for i, found in ipairs(redis.call('SMISMEMBER', key.serves(node), unpack(routes, first, last))) do
      served[first + i - 1] = found == 1
    end
  end
  for i, lane in ipairs(waiting) do
    local class, route = split_lane(lane)
    if served[i] and (only == '' or only == class) and (not is_session({route = route}) or room_for_session()) then
      heads[lane] = redis.call('ZRANGE', key.lane_tenants(lane), 0, 1, 'WITHSCORES')
      if heads[lane][1] then
        if not classes[class] then classes[class] = {} end
        table.insert(classes[class], lane)
        table.insert(lanes, lane)
      end
    end
  end
  if #lanes == 0 then
    if wait_ms > 0 then
      redis.call('ZADD', key.waiting_slots, now + wait_ms, cjson.encode(asked))
    end
    return {'NONE'}
  end

  -- Every fourth claim looks for work that has waited too long, whatever its class; of each lane at the eldest few, since
  -- those of a tenant at its limit may be in front.
  local function aged()
    local limit = policy('ageing_ms')
    if limit <= 0 or redis.call('HINCRBY', key.counters, 'claims', 1) % 4 ~= 0 then return nil end
    local oldest, oldest_at = nil, now - limit
    for _, lane in ipairs(lanes) do
      local eldest = redis.call('ZRANGE', key.lane_ages(lane), 0, 7, 'WITHSCORES')
      for i = 1, #eldest, 2 do
        if tonumber(eldest[i + 1]) > oldest_at then break end
        if not at_cap(redis.call('HGET', key.record(eldest[i]), 'tenant')) then
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
      local pass = tonumber(redis.call('HGET', key.class_passes, class) or 0)
      if not best or pass < best_pass or (pass == best_pass and class < best) then best, best_pass = class, pass end
    end
    return best
  end

  -- Start-time fair queueing: the tenant with the smallest tag over the lanes of the class. What a lane says of a tag is
  -- as it was when the tenant was served there last; it may have been served in other lanes meanwhile.
  local function next_in(class)
    local best_lane, best_tenant, best_tag
    local tags = {}
    for _, lane in ipairs(classes[class]) do
      local head = heads[lane]
      while true do
        local tenant = head[1]
        tags[tenant] = tags[tenant] or tonumber(redis.call('HGET', key.tenant_tags(class), tenant) or 0)
        local tag = math.max(tags[tenant], tonumber(head[2]))
        if not head[4] or tag <= tonumber(head[4]) then
          if not best_lane or tag < best_tag then best_lane, best_tenant, best_tag = lane, head[1], tag end
          break
        end
        redis.call('ZADD', key.lane_tenants(lane), tag, tenant)
        head = redis.call('ZRANGE', key.lane_tenants(lane), 0, 1, 'WITHSCORES')
      end
    end
    return redis.call('ZRANGE', key.lane_fifo(best_lane, best_tenant), 0, 0)[1]
  end

  local id = aged() or next_in(next_class())
  local r = record(id, 'class', 'route', 'home', 'tenant', 'at', 'fence', 'attempt', 'sub', 'src')
  if is_session(r) and has_begun(id, r.fence) then  -- put back by a worker of a version that knows no sessions
    dequeue(id, r.class, r.route, r.tenant)
    forget_idle_tenant(r.tenant)
    hold(id, 'its worker was lost', 0, true)
    return {'NONE'}
  end
  local lane = lane_of(r.class, r.route)

  local tag = tonumber(redis.call('HGET', key.tenant_tags(r.class), r.tenant) or 0)
  local vtime = tonumber(redis.call('HGET', key.class_vtimes, r.class) or 0)
  redis.call('HSET', key.class_vtimes, r.class, int(math.max(vtime, tag)))
  redis.call('HSET', key.tenant_tags(r.class), r.tenant, int(tag + 1))
  redis.call('ZADD', key.lane_tenants(lane), 'XX', tag + 1, r.tenant)
  class_served(r.class, tonumber(redis.call('HGET', key.class_passes, r.class) or 0))
  dequeue(id, r.class, r.route, r.tenant)
  return leased(id, r, node, slot, pid, lease_ms, now)
end
