-- Remove a webhook; what it was not told yet goes when it is next looked at. ARGV: id, the act, who does it.
-- Returns 1, or 0 when there is none.
local id, act, by = unpack(ARGV)
local tenant = redis.call('HGET', key.webhook(id), 'tenant')
if not tenant then return 0 end
local own = webhook_flying(id, tenant)
for i = 1, #own, 2 do
  redis.call('ZREM', key.webhook_flights(tenant), id .. ' ' .. own[i])
  redis.call('DEL', key.webhook_delivery(own[i]))
  webhook_waiting(tenant, -1)
end
redis.call('DEL', key.webhook(id))
redis.call('ZREM', key.webhooks_of(tenant), id)
redis.call('ZREM', key.webhooks, id)
webhook_rules_made(tenant)
webhook_due(id, 0)
tell('~webhooks')
note(act, by, id, '')
return 1
