-- Shared by the scripts of batches. A line's number counts from 0; while it waits it is "NUMBER PROGRAM".

local function batch_exists(id) return redis.call('EXISTS', key.batch(id)) == 1 end

local function tenant_is_due(tenant, now) redis.call('ZADD', key.batch_tenants, 'LT', int(now), tenant) end

-- There is something to hand in or to collect: a gateway is to tend it.
local function batch_joins(id, tenant, began, now)
  redis.call('ZADD', key.batches_tended, began, id)
  if redis.call('ZADD', key.batch_turns(tenant), 'NX', int(now), id) == 1 then tenant_is_due(tenant, now) end
end

local function batch_leaves(id, tenant)
  redis.call('ZREM', key.batches_tended, id)
  if tenant then redis.call('ZREM', key.batch_turns(tenant), id) end
end

local function batch_grows(id, bytes)
  redis.call('HINCRBY', key.batch(id), 'bytes', bytes)
  redis.call('INCRBY', key.batch_usage(redis.call('HGET', key.batch(id), 'tenant')), bytes)
end

local function number_of(line) return string.match(line, '^%d+') end

-- A line that waits no more; the bytes that it had.
local function line_leaves(id, line)
  local number = number_of(line)
  redis.call('ZREM', key.batch_waiting(id), line)
  local bytes = redis.call('HSTRLEN', key.batch_lines(id), number)
  redis.call('HDEL', key.batch_lines(id), number)
  return bytes
end

-- A line was handed in. The first one of a program compiles it; the others wait for that. Its bytes count until it ends.
local function line_begins(id, line, noted)
  noted = cmsgpack.unpack(noted)
  table.insert(noted, line_leaves(id, line))
  local number, program = number_of(line), string.match(line, ' (.+)$')
  if program then redis.call('HSETNX', key.batch_programs(id), program, number) end
  redis.call('HSET', key.batch_running(id), number, cmsgpack.pack(noted))
end

-- A line has its result, a table: its custom_id, the word for it, and what belongs to that. ``bytes``: that it had.
local function line_ends(id, number, result, bytes)
  local packed = cmsgpack.pack(result)
  redis.call('HSET', key.batch_results(id), number, packed)
  redis.call('RPUSH', key.batch_order(id), number)
  redis.call('HINCRBY', key.batch(id), result[2], 1)
  batch_grows(id, #packed - bytes)
end

-- It is kept that long from now on: its tenant's time for batches, its tenant's, that of batches, everybody's.
local function batch_kept(id, now)
  local tenant = redis.call('HGET', key.batch(id), 'tenant') or ''
  local times = redis.call('HMGET', key.policy, 'keep_ms:batch/' .. tenant, 'keep_ms/' .. tenant, 'keep_ms:batch')
  local keep_ms = tonumber(times[1] or times[2] or times[3] or policy('keep_ms'))
  if keep_ms > 0 then redis.call('ZADD', key.batches_kept, now + keep_ms, id) end
end

-- Whether each of its lines has a result and none will come; notes when that was.
local function batch_over(id, now)
  local b = redis.call('HMGET', key.batch(id), 'whole', 'cancelled', 'lines', 'done_at')
  local over = (b[1] == '1' or b[2] == '1') and redis.call('LLEN', key.batch_order(id)) == tonumber(b[3])
  if over and not b[4] then
    redis.call('HSET', key.batch(id), 'done_at', int(now))
    batch_kept(id, now)
    local tenant = redis.call('HGET', key.batch(id), 'tenant')
    tell_webhooks(tenant, function() return {type = 'batch.done', subject = id, kind = '', status = ''} end, now)
  end
  return over
end
