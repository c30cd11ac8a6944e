-- Add what a piece of work used to its tenant's day; those without a key are one tenant there.
local function count_usage(r, cpu_ms, report_bytes, now)
  local used = key.usage(int(math.floor(now / 86400000)))
  local tenant = string.gsub(r.tenant or '-', '^anonymous@.*', 'anonymous')
  local size = #(r.sub or '') + redis.call('STRLEN', key.sources(r.src or '')) + report_bytes
  redis.call('HINCRBY', used, tenant .. ' works', 1)
  redis.call('HINCRBY', used, tenant .. ' cpu_ms', cpu_ms or 0)
  if redis.call('HINCRBY', used, tenant .. ' bytes', size) == size then
    redis.call('EXPIRE', used, 400 * 86400)
  end
end

-- Record the one report, if the fence is still the newest. Takes id, fence, verdict, report JSON, language, summary JSON,
-- CPU time in milliseconds (older workers leave the last one out); and of a judging that leaves a carried state a function
-- that writes it: it is given the record and the time, and returns why it is not written, or nil.
-- Returns 1 when this call (or an earlier try of the same claim) recorded it, 0 when fenced off, else what ``write``
-- returned: with the report the state is written, or neither is.
local function finish(id, fence, verdict, report, language, summary, cpu_ms, write)
  local r = record(id, 'state', 'fence', 'tenant', 'node', 'slot', 'claimed_at', 'language', 'route', 'home', 'sub', 'src',
                   'origin', 'class', 'at', 'callback')
  if r.state == 'DONE' and r.fence == fence then return 1 end
  if r.state ~= 'CLAIMED' or r.fence ~= fence then
    stat('fenced')
    return 0
  end
  local now = now_ms()
  local unwritten = write and write(r, now)
  if unwritten then return unwritten end
  -- What was to be detected is known now; what was named keeps the id that the name stands for.
  if language and (r.language or '') == '' then r.language = language end
  settle(id, 'DONE', now, 'report', report, 'verdict', verdict, 'summary', summary or '', 'language', r.language or '')
  count_usage(r, cpu_ms, #report, now)
  unlease(id, r.node, r.slot, r.tenant)
  emit_last(id, {type = 'done'})
  tell_work(id, r, verdict == 'JE' and 'work.failed' or 'work.done', verdict, now)
  stat('finished')
  stat('verdict_' .. verdict)
  if is_session(r) then redis.call('SREM', key.open_sessions(r.tenant), id) end
  local typical = not (is_session(r) or is_verification(r))  -- how long these take says nothing of the queue
  count_work(r, now, typical)
  if not typical then return 1 end
  local took, mean = math.max(now - tonumber(r.claimed_at), 0), tonumber(redis.call('HGET', key.counters, 'judging_ms') or 0)
  redis.call('HSET', key.counters, 'judging_ms', string.format('%.3f', mean + (took - mean) / 32))
  return 1
end

