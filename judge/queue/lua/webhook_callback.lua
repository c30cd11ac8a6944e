-- Have an address told of one piece of work, once, by a webhook of the tenant's that sends such callbacks; it is made here
-- when it is not there. ARGV: the work, the address, webhook id, tenant, webhook (JSON), rule, made at (Unix milliseconds),
-- the act, who does it.
-- Returns 1, or 0 when there is no such work. What is over already is told at once.
local id, url, hook, tenant, webhook, rule, made_at, act, by = unpack(ARGV)
local r = record(id, 'state', 'tenant', 'verdict')
if not r.state then return 0 end
local entry = key.webhook(hook)
if redis.call('EXISTS', entry) == 0 then
  redis.call('HSET', entry, 'tenant', tenant, 'sent', 0, 'failed', 0, 'failures', 0, 'last_at', 0, 'last', '',
             'webhook', webhook, 'state', 'on', 'rule', rule, 'version', 1)
  redis.call('ZADD', key.webhooks_of(tenant), made_at, hook)
  redis.call('ZADD', key.webhooks, made_at, hook)
  webhook_rules_made(tenant)
  note(act, by, hook, '')
end
r.callback = hook .. ' ' .. url
redis.call('HSET', key.record(id), 'callback', r.callback)
if r.state == 'DONE' then
  tell_callback(id, r, r.verdict == 'JE' and 'work.failed' or 'work.done', r.verdict or '', now_ms())
elseif r.state == 'CANCELLED' then
  tell_callback(id, r, 'work.cancelled', '', now_ms())
end
return 1
