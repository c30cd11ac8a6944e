-- A claim reads a carried state, and its record notes which version. ARGV: id, fence, name, version (0 = the newest).
-- What is judged again by a rejudge reads what was read when it was judged first.
-- Returns {"LOST"} (the claim), {"WAIT"} (others who lost a race are served first), {"GONE", version},
-- or {"READ", version, the number that a new one is to have (0 = nothing is to be written), bytes at most, content}.
local id, fence, name, wanted = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local r = record(id, 'state', 'fence', 'tenant', 'origin')
if r.state ~= 'CLAIMED' or r.fence ~= fence then return {'LOST'} end
local tenant, now = r.tenant, now_ms()

-- The record that a rejudge's new one stands for. Of a long id only the beginning is in the new one's name.
local function judged_before(new, batch)
  local old = string.sub(new, 1, -#batch - 2)
  if redis.call('HGET', key.rejudge(batch), old) == new then return old end
  local pairs_of_batch = redis.call('HGETALL', key.rejudge(batch))
  for i = 1, #pairs_of_batch, 2 do
    if pairs_of_batch[i + 1] == new then return pairs_of_batch[i] end
  end
  return nil
end

local pinned = wanted > 0
if not pinned and (r.origin or '') ~= '' then
  local old = judged_before(id, r.origin)
  local before = old and record(old, 'carried', 'carried_read') or {}
  pinned = true
  wanted = before.carried == name and tonumber(before.carried_read) or state_version(tenant, name)
end

local version, number, who = wanted, 0, id .. ' ' .. fence
if not pinned then
  local head = state_turn(tenant, name)
  if head and head ~= who and redis.call('LPOS', key.state_turns(tenant, name), who) then return {'WAIT'} end
  version, number = state_version(tenant, name), state_number(tenant)
end
local content = ''
if version > 0 then content = redis.call('HGET', key.state_versions(tenant, name), int(version)) end
if not content then return {'GONE', int(version)} end
redis.call('HSET', key.record(id), 'carried', name, 'carried_read', int(version))
if state_version(tenant, name) > 0 then state_used(tenant, name, now) end
return {'READ', int(version), int(number), state_limit('state_bytes_max', tenant), content}
