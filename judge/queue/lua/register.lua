-- A worker starts a session: what its earlier session held goes back at once. Repeating it changes nothing.
-- ARGV: node, session, state, info JSON, ticket template, slots, then the routes it serves.
-- Returns the number of submissions that went back.
local node, session, state, info, template, slots = unpack(ARGV, 1, 6)
local back = 0
local same = redis.call('HGET', key.worker(node), 'session') == session
local held = same and {} or redis.call('HGETALL', key.held(node))
for i = 1, #held, 2 do
  local before = held_in(held[i + 1])
  local r = before and record(before.id, 'state', 'fence', 'tenant', 'attempt', 'route', 'home') or {}
  if r.state == 'CLAIMED' and tonumber(r.fence) == before.fence then
    unlease(before.id, node, held[i], r.tenant)
    if is_session(r) then
      hold(before.id, 'the worker restarted', 0, true)
    else
      requeue(before.id, 'the worker restarted')
    end
    back = back + 1
  end
end
if not same then redis.call('DEL', key.held(node)) end
redis.call('DEL', key.serves(node))
for i = 7, #ARGV do redis.call('SADD', key.serves(node), ARGV[i]) end
redis.call('HSET', key.worker(node), 'session', session, 'state', state, 'info', info, 'since', int(now_ms()),
           'reason', '')
redis.call('ZADD', key.workers, now_ms(), node)
redis.call('HSET', key.slots, node, slots)
if template ~= '' then redis.call('SET', key.ticket_template, template) end
stat('unblamed', back)
return back
