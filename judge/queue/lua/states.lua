-- Shared by the scripts of carried state (docs/howto/judge-programs.md); stands after common.lua. A state is one tenant's
-- own: a name, and versions, numbers that grow and never come again. The newest is what the next judging reads.

-- What holds before a worker has written the policy: the largest content, states of a tenant, bytes of all its versions,
-- versions kept of each, milliseconds after the last use.
local STATE_USUAL = {state_bytes_max = 1048576, tenant_states = 1000, tenant_state_bytes = 67108864,
                     state_versions = 100, state_life_ms = 0}

local function state_limit(name, tenant)
  for _, field in ipairs({name .. '/' .. tenant, name}) do
    local value = tonumber(redis.call('HGET', key.policy, field) or '')
    if value then return value end
  end
  return STATE_USUAL[name]
end

local function state_member(tenant, name) return tenant .. ' ' .. name end

-- The newest version; 0 = there is no such state.
local function state_version(tenant, name)
  return tonumber(redis.call('HGET', key.state(tenant, name), 'version') or 0)
end

local function state_used(tenant, name, now)
  redis.call('ZADD', key.states_of(tenant), now, name)
  redis.call('ZADD', key.states_used, now, state_member(tenant, name))
end

local function state_charge(tenant, bytes, count)
  redis.call('HINCRBY', key.state_usage(tenant), 'bytes', int(bytes + 0))
  redis.call('HINCRBY', key.state_usage(tenant), 'count', count)
end

-- A number for a version that may be written: of this tenant, and new.
local function state_number(tenant) return redis.call('HINCRBY', key.state_usage(tenant), 'serial', 1) end

-- Versions go, the eldest first, until no more than ``most`` are left and ``bytes`` have been freed, or one is left.
local function state_trim(tenant, name, most, bytes)
  local versions = redis.call('HKEYS', key.state_versions(tenant, name))
  table.sort(versions, function(a, b) return tonumber(a) < tonumber(b) end)
  local left = #versions
  for _, version in ipairs(versions) do
    if left <= 1 or (left <= most and bytes <= 0) then return end
    local size = redis.call('HSTRLEN', key.state_versions(tenant, name), version)
    redis.call('HDEL', key.state_versions(tenant, name), version)
    redis.call('HINCRBY', key.state(tenant, name), 'bytes', int(-size + 0))
    state_charge(tenant, -size, 0)
    bytes, left = bytes - size, left - 1
  end
end

-- The state is no more. Its numbers do not come again.
local function state_forget(tenant, name)
  local bytes = tonumber(redis.call('HGET', key.state(tenant, name), 'bytes') or 0)
  redis.call('DEL', key.state(tenant, name), key.state_versions(tenant, name), key.state_turns(tenant, name))
  redis.call('ZREM', key.states_of(tenant), name)
  redis.call('ZREM', key.states_used, state_member(tenant, name))
  state_charge(tenant, -bytes, -1)
end

-- Who lost a race for a state is served first, one after the other: the claim ("ID FENCE") whose turn it is, nil = nobody's.
local function state_turn(tenant, name)
  local turns = key.state_turns(tenant, name)
  while true do
    local head = redis.call('LINDEX', turns, 0)
    if not head then return nil end
    local id, fence = string.match(head, '^(%S+) (%d+)$')
    local r = record(id, 'state', 'fence')
    if r.state == 'CLAIMED' and r.fence == fence then return head end
    redis.call('LPOP', turns)
  end
end

local function state_queue_up(tenant, name, who)
  local turns = key.state_turns(tenant, name)
  if not redis.call('LPOS', turns, who) then
    redis.call('RPUSH', turns, who)
    redis.call('PEXPIRE', turns, 86400000)
  end
end

-- Write a version over the one that was read. nil = done; 2 = it is not the newest any more, or others are served first;
-- 3 = the tenant has no room for it. Takes tenant, name, the version that was read, the new one's number, its content.
local function state_write(tenant, name, read, number, content, who, now)
  local entry, newest = key.state(tenant, name), state_version(tenant, name)
  local head = state_turn(tenant, name)
  if newest ~= tonumber(read) or (head and head ~= who) then
    state_queue_up(tenant, name, who)
    return 2
  end
  local usage = redis.call('HMGET', key.state_usage(tenant), 'bytes', 'count')
  local most, count = state_limit('tenant_state_bytes', tenant), state_limit('tenant_states', tenant)
  if #content > state_limit('state_bytes_max', tenant) then return 3 end
  if newest == 0 and count > 0 and tonumber(usage[2] or 0) >= count then return 3 end
  local over = tonumber(usage[1] or 0) + #content - most
  if most > 0 and over > tonumber(redis.call('HGET', entry, 'bytes') or 0) then return 3 end
  redis.call('HSET', key.state_versions(tenant, name), int(tonumber(number)), content)
  redis.call('HSET', entry, 'version', int(tonumber(number)), 'at', int(now), 'by', string.match(who, '^%S+'), 'size', #content)
  redis.call('HINCRBY', entry, 'bytes', #content)
  state_charge(tenant, #content, newest == 0 and 1 or 0)
  state_trim(tenant, name, math.max(state_limit('state_versions', tenant), 1), most > 0 and over or 0)
  redis.call('LREM', key.state_turns(tenant, name), 0, who)
  state_used(tenant, name, now)
  stat('states_written')
  return nil
end

-- States that nothing has used for the time that they are kept go, some in each sweep.
local function state_sweep(now)
  local life = tonumber(redis.call('HGET', key.policy, 'state_life_ms') or STATE_USUAL.state_life_ms)
  if life <= 0 then return end
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key.states_used, '-inf', now - life, 'LIMIT', 0, 100)) do
    local tenant, name = string.match(member, '^(%S+) (%S+)$')
    state_forget(tenant, name)
    stat('states_expired')
  end
end
