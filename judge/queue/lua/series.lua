-- Shared by the scripts that keep the series of those who run the judge (judge/queue/series.py reads them): a hash for
-- each minute, and for each hour made of its minutes. What lies in one is bounded here: with more fields all further
-- tenants are one, "*".
local MINUTE = {step = 60, keep = 6 * 3600, fields_max = 400}
local HOUR = {step = 3600, keep = 7 * 86400, fields_max = 1000}
local SERIES_WORKERS_MAX = 200

local function span_number(span, now) return int(math.floor(now / 1000 / span.step)) end

-- 0 = less than a millisecond, else e: from 2^(e-1) to less than 2^e milliseconds.
local function bucket_of(ms)
  local _, exponent = math.frexp(math.max(ms, 0))
  return math.min(exponent, 24)
end

-- Whose work it is counted as in a span's hash: as it is, or as that of all others.
local function counted_as(span, name, tenant, class, language)
  local whose = tenant .. '\t' .. class .. '\t' .. language .. '\t'
  if redis.call('HLEN', name) >= span.fields_max and redis.call('HEXISTS', name, whose .. 'ms') == 0 then
    return '*\t' .. class .. '\t*\t'
  end
  return whose
end

-- Work is over: for whom, in which class and language, how long it waited and held its slot; ``typical``: how long it
-- was judged says something of the service.
local function count_work(r, now, typical)
  local claimed_at, tenant = tonumber(r.claimed_at), r.tenant or '-'
  local wait_ms, took_ms = math.max(claimed_at - (tonumber(r.at) or claimed_at), 0), math.max(now - claimed_at, 0)
  if string.sub(tenant, 1, 10) == 'anonymous@' then tenant = 'anonymous' end
  local name = key.series_work(60, span_number(MINUTE, now))
  local whose = counted_as(MINUTE, name, tenant, r.class or '', r.language or '')
  local times = 'w' .. bucket_of(wait_ms) .. (typical and 'j' .. bucket_of(took_ms) or '')
  redis.call('HINCRBY', name, whose .. times, 1)
  if redis.call('HINCRBY', name, whose .. 'ms', int(took_ms)) == took_ms then
    redis.call('EXPIRE', name, MINUTE.keep + MINUTE.step)
  end
end

-- Add the minutes that are over to their hours.
local function fold_minutes(now)
  local this = math.floor(now / 60000)
  local folded = tonumber(redis.call('HGET', key.counters, 'folded') or 0)
  for minute = math.max(folded + 1, this - MINUTE.keep / MINUTE.step), this - 1 do
    local fields = redis.call('HGETALL', key.series_work(60, int(minute)))
    local name = key.series_work(3600, int(math.floor(minute / 60)))
    for i = 1, #fields, 2 do
      local tenant, class, language, what = string.match(fields[i], '^([^\t]*)\t([^\t]*)\t(.*)\t([^\t]*)$')
      redis.call('HINCRBY', name, counted_as(HOUR, name, tenant, class, language) .. what, fields[i + 1])
    end
    if #fields > 0 then redis.call('EXPIRE', name, HOUR.keep + HOUR.step) end
  end
  redis.call('HSET', key.counters, 'folded', int(this - 1))
end

local function sample_into(name, values, as_peak)
  for i = 1, #values, 2 do
    local before = as_peak and tonumber(redis.call('HGET', name, values[i]) or '')
    if not before or before < tonumber(values[i + 1]) then redis.call('HSET', name, values[i], values[i + 1]) end
  end
end

local COUNTED = {accepted = true, refused = true, finished = true, cancelled = true, blamed = true, unblamed = true,
                 fell = true, expired = true, gave_up = true, fenced = true, handed_on = true}

-- How the queue stands, once a minute; an hour has the peaks of its minutes. What only grows is kept as it stood when
-- the span began.
local function sample_queue(now)
  if redis.call('HSETNX', key.series_queue(60, span_number(MINUTE, now)), 'at', int(now)) == 0 then return end
  fold_minutes(now)
  local peaks, counts = {}, {}
  for i, value in ipairs(redis.call('HGETALL', key.class_waiting)) do
    table.insert(peaks, i % 2 == 1 and 'waiting ' .. value or value)
  end
  local counters, slots, oldest = redis.call('HGETALL', key.counters), 0, now
  for i = 1, #counters, 2 do
    if COUNTED[counters[i]] or string.sub(counters[i], 1, 8) == 'verdict_' then
      table.insert(counts, 'count ' .. counters[i])
      table.insert(counts, counters[i + 1])
    end
  end
  for _, count in ipairs(redis.call('HVALS', key.slots)) do slots = slots + tonumber(count) end
  for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
    local head = redis.call('ZRANGE', key.lane_ages(lane), 0, 0, 'WITHSCORES')
    oldest = math.min(oldest, tonumber(head[2] or now))
  end
  local running = tonumber(redis.call('HGET', key.counters, 'running') or 0)
  for name, value in pairs({running = math.max(running, 0), slots = slots, oldest_ms = now - oldest}) do
    table.insert(peaks, name)
    table.insert(peaks, int(value))
  end
  for _, span in ipairs({MINUTE, HOUR}) do
    local name = key.series_queue(span.step, span_number(span, now))
    sample_into(name, peaks, span == HOUR)
    if redis.call('HSETNX', name, 'counted', 1) == 1 then
      sample_into(name, counts, false)
      redis.call('EXPIRE', name, span.keep + span.step)
    end
  end
end

-- How a worker stands: slots that hold something, and its load and noise by what it says of itself (JSON).
local function sample_worker(node, info, now)
  local name = key.series_workers(span_number(MINUTE, now))
  if redis.call('HEXISTS', name, node) == 0 and redis.call('HLEN', name) >= SERIES_WORKERS_MAX then return end
  local load = string.match(info, '"load_1m":([%d.]+)') or '-'
  local noise = string.match(info, '"noise_ratio":([%d.]+)') or '-'
  local standing = redis.call('HLEN', key.held(node)) .. ' ' .. load .. ' ' .. noise
  if redis.call('HSET', name, node, standing) == 1 then redis.call('EXPIRE', name, MINUTE.keep + MINUTE.step) end
end
