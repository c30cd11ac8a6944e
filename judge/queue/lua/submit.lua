-- Accept a submission, once for each id.
-- ARGV: id, submission JSON (without sources), sources JSON, sources digest, content digest, class, tenant, route,
-- origin; and of a line of a batch: the batch, the line as it waits there, and what is noted of it while it runs.
-- The route's language may be any name of it; the submission's own word for it wins.
-- Returns {"ACCEPTED", state, at} (of a tenant that has a rate: state, rate, left, full_ms, at), {"EXISTS", state}, {"CONFLICT"},
-- {"FULL", waiting, wait_ms}, {"RATE", retry_ms, rate}, {"MAINTENANCE", message, retry_s}, {"CLASS", known},
-- {"OPEN", limit, how many of the tenant's sessions it lets be open},
-- {"LANGUAGE", sentence, the near language or "", what is offered}, {"TAGS", sentence} or {"LARGE", bytes, at most}.
local id, submission, sources, sources_digest, digest, class, tenant, route, origin = unpack(ARGV)
local entry = key.record(id)
local batch, line, noted = unpack(ARGV, 10)
if batch == '' then batch = nil end

-- Handed in before, perhaps done and gone: it is never done again.
if batch and not redis.call('ZSCORE', key.batch_waiting(batch), line) then return {'EXISTS', ''} end

local known = redis.call('HMGET', entry, 'digest', 'state')
if known[1] then
  if known[1] ~= digest then return {'CONFLICT'} end
  if batch then line_begins(batch, line, noted) end
  return {'EXISTS', known[2]}
end

if origin == '' and not batch and redis.call('EXISTS', key.maintenance) == 1 then
  stat('refused')
  return {'MAINTENANCE', unpack(redis.call('HMGET', key.maintenance, 'message', 'retry_s'))}
end

if redis.call('HLEN', key.weights) > 0 and redis.call('HEXISTS', key.weights, class) == 0 then
  return {'CLASS', table.concat(redis.call('HKEYS', key.weights), ', ')}
end

local size, most = #submission + #sources, policy('work_bytes_max')
if most > 0 and size > most and string.find(route, '%+=%a+$') then
  stat('refused')
  return {'LARGE', size, most}
end

local now = now_ms()
local language, found = find_route(submission, route, now)
if not language then
  stat('refused')
  return found
end
route = found

local waiting = tonumber(redis.call('HGET', key.counters, 'waiting') or 0)
local limit = policy('queue_max')
if limit > 0 and waiting >= limit then
  stat('refused')
  local each_ms = tonumber(redis.call('HGET', key.counters, 'judging_ms') or 0)
  local slots = 0
  for _, count in ipairs(redis.call('HVALS', key.slots)) do slots = slots + tonumber(count) end
  return {'FULL', waiting, math.ceil(waiting * each_ms / math.max(slots, 1))}
end

local sessions = is_session({route = route}) and key.open_sessions(tenant)
if sessions then
  local most = tenant_limit('tenant_sessions_max', tenant)
  if most > 0 and redis.call('SCARD', sessions) >= most then
    -- A worker of a version that does not know this set may have ended some.
    for _, one in ipairs(redis.call('SMEMBERS', sessions)) do
      local state = redis.call('HGET', key.record(one), 'state')
      if not state or state == 'DONE' or state == 'CANCELLED' then redis.call('SREM', sessions, one) end
    end
    if redis.call('SCARD', sessions) >= most then
      stat('refused')
      return {'OPEN', 'tenant_sessions_max', int(most)}
    end
  end
end

local rate, left, full_ms = tenant_limit('tenant_per_minute', tenant), 0, 0
if rate > 0 and origin == '' then
  -- A token bucket that holds one minute's worth. A rejudge (it has an origin) is not the tenant's doing.
  local bucket = key.rate(tenant)
  local b = redis.call('HMGET', bucket, 'tokens', 'at')
  local tokens = math.min(rate, tonumber(b[1] or rate) + math.max(now - tonumber(b[2] or now), 0) * rate / 60000)
  if tokens < 1 then
    stat('refused')
    return {'RATE', math.ceil((1 - tokens) * 60000 / rate), rate}
  end
  redis.call('HSET', bucket, 'tokens', tostring(tokens - 1), 'at', int(now))
  redis.call('PEXPIRE', bucket, 120000)
  left, full_ms = math.floor(tokens - 1), math.ceil((rate - tokens + 1) * 60000 / rate)
end

local seq = redis.call('INCR', key.sequence)
redis.call('SETNX', key.sources(sources_digest), sources)
redis.call('HINCRBY', key.source_uses, sources_digest, 1)
redis.call('HSET', entry, 'state', 'QUEUED', 'sub', submission, 'src', sources_digest, 'digest', digest, 'class', class,
           'tenant', tenant, 'route', route, 'seq', seq, 'at', int(now), 'attempt', 0, 'blamed', 0, 'fence', 0, 'why', '',
           'origin', origin, 'language', language)
redis.call('ZADD', key.index, now, id)
if sessions then redis.call('SADD', sessions, id) end
if tenant ~= '-' then redis.call('ZADD', key.index_of(tenant), now, id) end
emit(id, {type = 'queued'})
if batch then line_begins(batch, line, noted) end
stat('accepted')
local at_once = waiting <= 0 and not sessions and not at_cap(tenant)
if not (at_once and hand_at_once(id, {class = class, tenant = tenant, route = route, at = now, attempt = 0, fence = 0,
                                      sub = submission, sources = sources}, now)) then
  enqueue(id, class, route, tenant, seq, now)
  if at_once or hand_out(route, now) ~= id then ticket(route, 1) end
end
return full_ms > 0 and {'ACCEPTED', 'QUEUED', rate, left, full_ms, int(now)} or {'ACCEPTED', 'QUEUED', int(now)}
