-- Interrupt what runs of claimed work. ARGV: id. Returns {"UNKNOWN"}, {"SENT"} or {"IDLE"}: no worker has it now.
local r = record(ARGV[1], 'state', 'node', 'slot')
if not r.state then return {'UNKNOWN'} end
local held = r.state == 'CLAIMED' and redis.call('HGET', key.held(r.node), r.slot)
if not held then return {'IDLE'} end
redis.call('PUBLISH', key.control(r.node), 'interrupt ' .. held)
return {'SENT'}
