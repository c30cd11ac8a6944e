-- Webhooks with how they stand; changes nothing. ARGV: "one", id; or "page", tenant ("" = all), when the last one seen was
-- made (Unix milliseconds, "" = none was), its id, at most how many. A page goes from the newest to the oldest.
-- Returns {id, {webhook (JSON), version, state, sent, failed, failures, last_at, last, waiting, dead}, ...}.
local ids = {}
if ARGV[1] == 'one' then
  ids = {ARGV[2]}
else
  local _, tenant, seen_at, seen_id, most = unpack(ARGV)
  local index, at = tenant ~= '' and key.webhooks_of(tenant) or key.webhooks, tonumber(seen_at)
  local rows = redis.call('ZREVRANGEBYSCORE', index, at and seen_at or '+inf', '-inf', 'WITHSCORES')
  for i = 1, #rows, 2 do
    if #ids == tonumber(most) then break end
    if not at or tonumber(rows[i + 1]) < at or rows[i] < seen_id then table.insert(ids, rows[i]) end
  end
end
local found = {}
for _, id in ipairs(ids) do
  local values = redis.call('HMGET', key.webhook(id), 'webhook', 'version', 'state', 'sent', 'failed', 'failures',
                            'last_at', 'last', 'tenant')
  if values[1] then
    local own = webhook_flying(id, values[9])
    values[9] = redis.call('ZCARD', key.webhook_queue(id)) + #own / 2
    table.insert(values, redis.call('ZCARD', key.webhook_dead(id)))
    table.insert(found, id)
    table.insert(found, values)
  end
end
return found
