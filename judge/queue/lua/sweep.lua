-- The housekeeping, run by every worker: the first one in an interval does the work of it.
-- ARGV: node, interval_ms, lease_ms, attempts_max
-- Returns {"REST"} or {"SWEPT", workers, {id, fence, attempt, submission JSON, why, ...}} - the listed submissions are
-- out of attempts and now claimed by the caller, who must finish them with a judge error.
local node, interval_ms, lease_ms, attempts_max = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local workers = redis.call('ZCARD', key.workers)
local swept_at = tonumber(redis.call('HGET', key.counters, 'swept_at') or 0)
local set_back = now < swept_at  -- the clock
if not set_back and now - swept_at < interval_ms then return {'REST', workers} end
redis.call('HSET', key.counters, 'swept_at', int(now))
sample_queue(now)

-- There was no sweep for a while: Redis was away (or all other workers were), so no lease could be renewed either.
-- No lease is judged before one lease has passed.
if set_back or now - swept_at > lease_ms / 2 then redis.call('HSET', key.counters, 'hold_until', int(now + lease_ms)) end
local expire = now >= tonumber(redis.call('HGET', key.counters, 'hold_until') or 0)

local ended = {}
local function take_over(id, reason)
  redis.call('HSET', key.record(id), 'state', 'CLAIMED', 'node', node, 'slot', '', 'claimed_at', int(now), 'why', reason)
  local fence = redis.call('HINCRBY', key.record(id), 'fence', 1)
  redis.call('ZADD', key.leases, now + lease_ms, id)
  stat('running')
  stat('gave_up')
  local r = record(id, 'attempt', 'sub', 'tenant')
  tenant_started(r.tenant)
  for _, value in ipairs({id, tostring(fence), r.attempt, r.sub, reason}) do table.insert(ended, value) end
end

if expire then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key.leases, '-inf', now, 'LIMIT', 0, 100)) do
    local r = record(id, 'state', 'tenant', 'node', 'slot', 'attempt', 'blamed', 'why', 'over', 'route', 'home')
    if r.state == 'CLAIMED' then
      unlease(id, r.node, r.slot, r.tenant)
      stat('expired')
      r.why = 'the lease of ' .. (r.node or '?') .. ' ran out (host frozen, cut off or dead)'
      emit(id, {type = 'retried', attempt = tonumber(r.attempt), why = r.why})
    else
      redis.call('ZREM', key.leases, id)
    end
    if r.state == 'CLAIMED' or r.state == 'HELD' then
      if r.over == '1' or (r.state == 'CLAIMED' and is_session(r)) or tonumber(r.blamed) >= attempts_max or tonumber(r.attempt) >= 4 * attempts_max then
        take_over(id, r.why)
      else
        requeue(id, r.why)
      end
    end
  end
end

-- What was handed on to a worker that has gone since, or is leaving, goes back to where any worker may take it.
for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
  local class, route = split_lane(lane)
  local to = string.match(string.gsub(route, '%+=session$', ''), '^@(.*)$')
  local state = to and redis.call('HGET', key.worker(to), 'state')
  if to and not (is_alive(to, now) and state == 'on') then
    for _, id in ipairs(redis.call('ZRANGE', key.lane_ages(lane), 0, 99)) do
      local r = record(id, 'tenant', 'home', 'seq', 'at', 'lacks')
      -- One that is out will be back: what the others lack waits for it.
      if not (state == 'out' and r.lacks and is_alive(to, now)) then
        dequeue(id, class, route, r.tenant)
        redis.call('HSET', key.record(id), 'route', r.home)
        enqueue(id, class, r.home, r.tenant, r.seq, r.at)
        ticket(r.home, 1)
      end
    end
  end
end

local patience = policy('waiting_max_ms')
local depth = {}
for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
  local class, route = split_lane(lane)
  if patience > 0 then
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', key.lane_ages(lane), '-inf', now - patience, 'LIMIT', 0, 20)) do
      local tenant = redis.call('HGET', key.record(id), 'tenant')
      dequeue(id, class, route, tenant)
      take_over(id, 'no worker took it in ' .. int(patience / 1000) .. ' s')
    end
  end
  depth[route] = (depth[route] or 0) + redis.call('ZCARD', key.lane_ages(lane))
end
for route, waiting in pairs(depth) do
  local missing = math.min(waiting, 64) - redis.call('LLEN', key.tickets(route))
  if missing > 0 then stat('tickets_reissued', ticket(route, missing)) end
end

-- Old records go by age, and by number when there are too many.
drop_old(now)
local keep_max = policy('keep_max')
if keep_max > 0 then
  local over = math.min(redis.call('ZCARD', key.done) - keep_max, 200)
  if over > 0 then
    for _, id in ipairs(redis.call('ZRANGE', key.done, 0, over - 1)) do expunge(id) end
  end
end

state_sweep(now)

for _, name in ipairs(redis.call('ZRANGEBYSCORE', key.workers, '-inf', now - 60000, 'LIMIT', 0, 20)) do
  -- It may only be starting again: what it offered is taken in for a while more (GONE_MS in admin.py).
  for _, route in ipairs(redis.call('SMEMBERS', key.serves(name))) do
    redis.call('HSET', key.offered, route, int(now + 600000))
  end
  forget_worker(name)
end
return {'SWEPT', workers, ended}
