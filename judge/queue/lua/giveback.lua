-- End a claim without a report. ARGV: id, fence, reason, kind, delay_ms, attempts_max, out
-- kind: "blamed" (unforeseen, and the host is well: another worker shall try, if there is one), "died" (the
-- submission ended its judging process), "fell" (the host failed; the attempt does not count, but what was held when
-- two workers fell is the suspect), "unblamed" (its worker went away), "returned" (it never counted).
-- A session is not tried again, unless it is returned before it began.
-- out: why the worker takes itself out in the same step ("" = it stays): a host that fails fast spoils nothing more.
-- Returns 1 = back in the queue (or held for the delay), 2 = out of attempts (the next sweep ends it), 0 = fenced off.
local id, fence, reason, kind, delay_ms, attempts_max = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local out, falls_max = ARGV[7], 2
local r = record(id, 'state', 'fence', 'tenant', 'node', 'slot', 'attempt', 'blamed', 'class', 'route', 'home', 'lacks')
local worker = key.worker(r.node or '')
if out ~= '' and r.node and redis.call('HGET', worker, 'state') == 'on' and r.fence == fence then
  redis.call('HSET', worker, 'state', 'out', 'reason', out)
end
if r.state ~= 'CLAIMED' or r.fence ~= fence then return 0 end
local entry = key.record(id)
unlease(id, r.node, r.slot, r.tenant)
local returned = kind == 'returned' and not (is_session(r) and has_begun(id, fence))
if returned or kind == 'fell' then redis.call('HINCRBY', entry, 'attempt', -1) end
local counts = kind == 'blamed' or kind == 'died'
local blamed = counts and redis.call('HINCRBY', entry, 'blamed', 1) or tonumber(r.blamed)
local fell = kind == 'fell' and redis.call('HINCRBY', entry, 'fell', 1) or 0
stat(counts and 'blamed' or kind)
if not returned then
  emit(id, {type = 'retried', attempt = tonumber(r.attempt), why = reason})
end
local exhausted = blamed >= attempts_max or tonumber(r.attempt) >= 4 * attempts_max or fell >= falls_max
                  or (is_session(r) and not returned)
if kind == 'blamed' and not exhausted then
  local tried, home = set_of(r.lacks), r.home or r.route
  tried[r.node] = true
  local other = other_worker(r.class, home, tried, false, now_ms())
  if other then
    direct(id, other, home)
    delay_ms = 0
  end
end
if exhausted or delay_ms > 0 then
  hold(id, reason, exhausted and 0 or now_ms() + delay_ms, exhausted)
  return exhausted and 2 or 1
end
requeue(id, reason)
return 1
