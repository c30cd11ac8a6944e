-- Deliveries of a webhook; changes nothing. ARGV: webhook, state (waiting, sent, dead), the time of the last one seen (Unix
-- milliseconds, "" = none was), its id, at most how many. What waits comes by when it is due, all else the newest first.
-- Returns {id, {type, subject, kind, status, at, state, attempt, tries, reason, ended_at, time in the list}, ...}.
local hook, state, seen_at, seen_id, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local at, rows = tonumber(seen_at), {}
if state == 'waiting' then
  if not at or at == 0 then  -- those on their way come first
    local own, ids = webhook_flying(hook, redis.call('HGET', key.webhook(hook), 'tenant') or ''), {}
    for i = 1, #own, 2 do table.insert(ids, own[i]) end
    table.sort(ids)
    for _, id in ipairs(ids) do
      table.insert(rows, id)
      table.insert(rows, 0)
    end
  end
  local behind = redis.call('ZRANGEBYSCORE', key.webhook_queue(hook), at and seen_at or '-inf', '+inf', 'WITHSCORES',
                            'LIMIT', 0, most + 1001)
  for _, value in ipairs(behind) do table.insert(rows, value) end
else
  rows = redis.call('ZREVRANGEBYSCORE', state == 'dead' and key.webhook_dead(hook) or key.webhook_sent(hook),
                    at and seen_at or '+inf', '-inf', 'WITHSCORES')
end
local found = {}
for i = 1, #rows, 2 do
  if #found == 2 * most then break end
  local seen = tonumber(rows[i + 1]) == at and
               (state == 'waiting' and rows[i] <= seen_id or state ~= 'waiting' and rows[i] >= seen_id)
  if not seen then
    local values = redis.call('HMGET', key.webhook_delivery(rows[i]), 'type', 'subject', 'kind', 'status', 'at', 'state',
                              'attempt', 'tries', 'reason', 'ended_at')
    for k = 1, 10 do values[k] = values[k] or '' end
    table.insert(values, int(tonumber(rows[i + 1])))
    table.insert(found, rows[i])
    table.insert(found, values)
  end
end
return found
