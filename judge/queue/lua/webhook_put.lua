-- Keep a webhook, new or changed. ARGV: id, version it replaces ("" = it is new), tenant, the most of a tenant, webhook
-- (JSON), state, rule (JSON), made at (Unix milliseconds), the act, who does it, a note for the audit trail.
-- Returns {"KEPT"}, {"FULL", how many there are}, {"CHANGED"} (by another request meanwhile), or {"UNKNOWN"}.
local id, version, tenant, most, webhook, state, rule, made_at, act, by, detail = unpack(ARGV)
local entry = key.webhook(id)
if version ~= '' then
  local known = redis.call('HGET', entry, 'version')
  if not known then return {'UNKNOWN'} end
  if known ~= version then return {'CHANGED'} end
elseif redis.call('ZCARD', key.webhooks_of(tenant)) >= tonumber(most) then
  return {'FULL', redis.call('ZCARD', key.webhooks_of(tenant))}
else
  redis.call('HSET', entry, 'tenant', tenant, 'sent', 0, 'failed', 0, 'failures', 0, 'last_at', 0, 'last', '')
  redis.call('ZADD', key.webhooks_of(tenant), made_at, id)
  redis.call('ZADD', key.webhooks, made_at, id)
end
redis.call('HSET', entry, 'webhook', webhook, 'state', state, 'rule', rule)
redis.call('HINCRBY', entry, 'version', 1)
webhook_rules_made(tenant)
webhook_due(id, now_ms())
if act ~= '' then note(act, by, id, detail) end
return {'KEPT'}
