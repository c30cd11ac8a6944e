-- Withdraw a submission. ARGV: id. Returns {"CANCELLED", state before, node}, {"DONE"} or {"UNKNOWN"}.
local id = ARGV[1]
local r = record(id, 'state', 'class', 'route', 'home', 'tenant', 'node', 'slot', 'fence', 'origin', 'sub', 'language',
                 'callback')
if not r.state then return {'UNKNOWN'} end
if r.state == 'DONE' then return {'DONE'} end
if r.state == 'CANCELLED' then return {'CANCELLED', 'CANCELLED', ''} end
if r.state == 'QUEUED' then
  dequeue(id, r.class, r.route, r.tenant)
  forget_idle_tenant(r.tenant)
elseif r.state == 'CLAIMED' then
  local held = redis.call('HGET', key.held(r.node), r.slot)
  if held then redis.call('PUBLISH', key.control(r.node), held) end
  unlease(id, r.node, r.slot, r.tenant)
else
  redis.call('ZREM', key.leases, id)
end
if is_session(r) then redis.call('SREM', key.open_sessions(r.tenant), id) end
local now = now_ms()
settle(id, 'CANCELLED', now)
stat('cancelled')
emit_last(id, {type = 'cancelled'})
tell_work(id, r, 'work.cancelled', '', now)
return {'CANCELLED', r.state, r.node or ''}
