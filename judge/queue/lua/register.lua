-- A worker starts a session: what its earlier session held goes back at once. Repeating it changes nothing.
-- ARGV: node, session, state, info JSON, ticket template, slots, then the routes it serves.
-- Returns the number of submissions that went back.
local node, session, state, info, template, slots = unpack(ARGV, 1, 6)
local back = 0
local same = redis.call('HGET', P .. 'worker:' .. node, 'session') == session
local held = same and {} or redis.call('HGETALL', P .. 'n:' .. node)
for i = 1, #held, 2 do
  local id, fence = string.match(held[i + 1], '^(%S+) (%S+)')
  local r = record(id, 'state', 'fence', 'tenant', 'attempt')
  if r.state == 'CLAIMED' and r.fence == fence then
    unlease(id, node, held[i], r.tenant)
    requeue(id, 'the worker restarted')
    back = back + 1
  end
end
if not same then redis.call('DEL', P .. 'n:' .. node) end
redis.call('DEL', P .. 'serves:' .. node)
for i = 7, #ARGV do redis.call('SADD', P .. 'serves:' .. node, ARGV[i]) end
redis.call('HSET', P .. 'worker:' .. node, 'session', session, 'state', state, 'info', info, 'since', int(now_ms()),
           'reason', '')
redis.call('ZADD', P .. 'workers', now_ms(), node)
redis.call('HSET', P .. 'slots', node, slots)
if template ~= '' then redis.call('SET', P .. 'ticket', template) end
stat('unblamed', back)
return back
