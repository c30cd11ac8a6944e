-- End a claim without a report. ARGV: id, fence, why, kind, delay_ms, attempts_max, failures_max
-- kind: "blamed" (the submission may be at fault, or the host), "died" (the submission, which ended its judging process),
-- "unblamed" (its worker was), "returned" (it never counted).
-- Returns 1 = back in the queue (or held for the delay), 2 = out of attempts (the next sweep ends it), 0 = fenced off.
local id, fence, why, kind, delay_ms, attempts_max = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local failures_max = tonumber(ARGV[7])
local r = record(id, 'state', 'fence', 'tenant', 'node', 'slot', 'attempt', 'blamed')
if r.state ~= 'CLAIMED' or r.fence ~= fence then return 0 end
local key = P .. 's:' .. id
unlease(id, r.node, r.slot, r.tenant)
if kind == 'returned' then redis.call('HINCRBY', key, 'attempt', -1) end
local counts = kind == 'blamed' or kind == 'died'
local blamed = counts and redis.call('HINCRBY', key, 'blamed', 1) or tonumber(r.blamed)
stat(counts and 'blamed' or kind)
if kind == 'blamed' and r.node ~= '' then
  -- A host on which everything fails is fast at it: it must not go through the queue before its keeper looks again.
  local worker = P .. 'worker:' .. r.node
  local failures = redis.call('HINCRBY', worker, 'failures', 1)
  if failures >= failures_max and redis.call('HGET', worker, 'state') == 'on' then
    redis.call('HSET', worker, 'state', 'out', 'reason',
               failures .. ' attempts in a row failed here, the last: ' .. string.sub(why, 1, 200))
  end
end
if kind ~= 'returned' then
  emit(id, 'retried', '{"type":"retried","submission":' .. cjson.encode(id) .. ',"attempt":' .. r.attempt
       .. ',"why":' .. cjson.encode(why) .. '}')
end
local exhausted = blamed >= attempts_max or tonumber(r.attempt) >= 4 * attempts_max
if exhausted or delay_ms > 0 then
  -- Nobody's: the sweep takes it up when the time has come.
  redis.call('HSET', key, 'state', 'HELD', 'why', why, 'node', '', 'slot', '')
  redis.call('HINCRBY', key, 'fence', 1)
  redis.call('ZADD', P .. 'lease', exhausted and 0 or now_ms() + delay_ms, id)
  return exhausted and 2 or 1
end
requeue(id, why)
return 1
