-- Tend a batch: collect the results of what is done, and say what to hand in next. One gateway at a time does it.
-- ARGV: id, gateway, for how many ms it is the one.
-- Returns {"OTHER"}, {"OVER"}, {"NOTHING"} (nothing to do until more lines come) or
-- {"GO", how many run, to withdraw (numbers), to hand in (line as it waits, MessagePack, ...)}.
local id, owner, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = now_ms()
local b = redis.call('HMGET', key.batch(id), 'owner', 'owner_until', 'cancelled', 'tenant')
if not batch_exists(id) then
  batch_leaves(id, b[4])
  return {'OVER'}
end
if b[1] and b[1] ~= owner and now < tonumber(b[2]) then
  redis.call('ZADD', key.batch_turns(b[4]), 'XX', b[2], id)
  return {'OTHER'}
end
redis.call('HSET', key.batch(id), 'owner', owner, 'owner_until', int(now + lease_ms))
redis.call('ZADD', key.batch_turns(b[4]), 'XX', int(now + lease_ms), id)

local FIELDS = {'state', 'class', 'route', 'tenant', 'at', 'claimed_at', 'done_at', 'amended_at', 'attempt', 'node', 'slot',
                'verdict', 'language', 'summary', 'why', 'sub', 'origin', 'report'}

local withdrawn, changed = {}, false

local function collect(number, noted)
  local custom_id, program, kept, bytes = unpack(cmsgpack.unpack(noted))
  local name = id .. '~' .. number
  local state = redis.call('HGET', key.record(name), 'state')
  if state and state ~= 'DONE' and state ~= 'CANCELLED' then
    if b[3] == '1' then table.insert(withdrawn, number) end
    return
  end
  changed = true
  redis.call('HDEL', key.batch_running(id), number)
  if program ~= '' and redis.call('HGET', key.batch_programs(id), program) == number then
    -- What was withdrawn has compiled nothing: the next one of its program does.
    if state == 'DONE' then redis.call('HSET', key.batch_programs(id), program, 'ready')
    else redis.call('HDEL', key.batch_programs(id), program) end
  end
  if state ~= 'DONE' then
    line_ends(id, number, {custom_id, 'withdrawn'}, bytes)
  else
    local values = redis.call('HMGET', key.record(name), unpack(FIELDS))
    for i = 1, #FIELDS do values[i] = values[i] or '' end
    line_ends(id, number, {custom_id, 'done', values}, bytes)
  end
  if state and not kept then expunge(name) end
end

local running = redis.call('HGETALL', key.batch_running(id))
for i = 1, #running, 2 do collect(running[i], running[i + 1]) end

-- In the queue at once: what keeps all slots busy until this is asked again.
local slots = 0
for _, count in ipairs(redis.call('HVALS', key.slots)) do slots = slots + tonumber(count) end
local window = math.min(math.max(256, 4 * slots), 2048)

local next_ones, room, bytes = {}, window - redis.call('HLEN', key.batch_running(id)), 0
if b[3] == '1' then
  for _, line in ipairs(redis.call('ZRANGE', key.batch_waiting(id), 0, 499)) do
    local packed = redis.call('HGET', key.batch_lines(id), number_of(line))
    local custom_id = cmsgpack.unpack(packed)[1]
    line_ends(id, number_of(line), {custom_id, 'withdrawn'}, line_leaves(id, line))
    changed = true
  end
else
  local begun = {}
  for _, line in ipairs(redis.call('ZRANGE', key.batch_waiting(id), 0, 2 * window - 1)) do
    if room <= 0 or bytes > 4194304 then break end
    local program = string.match(line, ' (.+)$')
    local by = program and redis.call('HGET', key.batch_programs(id), program)
    if not program or by == 'ready' or not (by or begun[program]) then
      if program and not by then begun[program] = true end
      local packed = redis.call('HGET', key.batch_lines(id), number_of(line))
      table.insert(next_ones, line)
      table.insert(next_ones, packed)
      room, bytes = room - 1, bytes + #packed
    end
  end
end

if changed then tell(id) end
if batch_over(id, now) then
  batch_leaves(id, b[4])
  tell(id)
  return {'OVER'}
end
local left = redis.call('HLEN', key.batch_running(id))
if left == 0 and redis.call('EXISTS', key.batch_waiting(id)) == 0 then
  batch_leaves(id, b[4])
  return {'NOTHING'}
end
return {'GO', left, withdrawn, next_ones}
