-- A worker's heartbeat: renew the leases of its living slots, learn what it holds and what is wanted of it.
-- ARGV: node, session, lease_ms, info JSON ("" = unchanged), the urgent class, then pairs of id and fence.
-- Returns {"STALE"} or {"OK", state, reason, {slot, JSON of what it holds, ...}, {ids whose lease is lost},
-- 1 when urgent work waits that this worker serves; a session is none: there may be no room for one}.
local node, session, lease_ms, info = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local worker = redis.call('HMGET', key.worker(node), 'session', 'state', 'reason')
if worker[1] ~= session then return {'STALE'} end
local now = now_ms()
redis.call('ZADD', key.workers, now, node)
if info ~= '' then
  redis.call('HSET', key.worker(node), 'info', info)
  sample_worker(node, info, now)
end
local lost = {}
for i = 6, #ARGV, 2 do
  local r = record(ARGV[i], 'state', 'fence')
  if r.state == 'CLAIMED' and r.fence == ARGV[i + 1] then
    redis.call('ZADD', key.leases, 'XX', now + lease_ms, ARGV[i])
  elseif r.fence ~= ARGV[i + 1] or r.state == 'CANCELLED' then
    table.insert(lost, ARGV[i])
  end
end
local urgent = 0
for _, lane in ipairs(redis.call('SMEMBERS', key.lanes)) do
  local class, route = split_lane(lane)
  if class == ARGV[5] and not is_session({route = route}) and redis.call('SISMEMBER', key.serves(node), route) == 1
     and redis.call('EXISTS', key.lane_tenants(lane)) == 1 then urgent = 1 end
end
return {'OK', worker[2], worker[3] or '', redis.call('HGETALL', key.held(node)), lost, urgent}
