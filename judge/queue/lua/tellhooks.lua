-- Telling webhooks, in the very script in which something happens: what is recorded is told, and nothing else is.
-- A delivery is waiting, flying (a gateway sends it), sent or dead.

-- Dead letters of one webhook that are kept.
local WEBHOOK_DEAD_MAX = 1000

-- There is something to do for a webhook at this moment.
local function webhook_due(hook, at)
  local known = tonumber(redis.call('ZSCORE', key.webhooks_due, hook) or '')
  if not known or known > at then redis.call('ZADD', key.webhooks_due, int(at), hook) end
end

-- A delivery is given up: a dead letter, for which the oldest one makes room.
local function webhook_bury(hook, delivery, reason, now)
  redis.call('HSET', key.webhook_delivery(delivery), 'state', 'dead', 'reason', reason, 'ended_at', int(now))
  redis.call('ZADD', key.webhook_dead(hook), int(now), delivery)
  redis.call('HINCRBY', key.webhook_counts, 'dead', 1)
  for _ = WEBHOOK_DEAD_MAX + 1, redis.call('ZCARD', key.webhook_dead(hook)) do
    redis.call('DEL', key.webhook_delivery(redis.call('ZPOPMIN', key.webhook_dead(hook))[1]))
  end
end

-- That many deliveries more, or less, of a tenant wait or are on their way. Returns how many do.
local function webhook_waiting(tenant, by)
  redis.call('HINCRBY', key.webhook_counts, 'waiting', by)
  local left = redis.call('HINCRBY', key.webhook_counts, 'waiting ' .. tenant, by)
  if left <= 0 then redis.call('HDEL', key.webhook_counts, 'waiting ' .. tenant) end
  return left
end

-- Put a delivery into its webhook's queue; whether the tenant had room for it.
local function webhook_queued(hook, delivery, tenant, now)
  local waiting, most = webhook_waiting(tenant, 1), tenant_limit('tenant_webhooks_waiting', tenant)
  if most > 0 and waiting > most then
    webhook_waiting(tenant, -1)
    webhook_bury(hook, delivery, 'too many wait', now)
    return false
  end
  redis.call('HSET', key.webhook_delivery(delivery), 'state', 'waiting', 'since', int(now), 'failures', 0)
  redis.call('ZADD', key.webhook_queue(hook), int(now), delivery)
  webhook_due(hook, now)
  tell('~webhooks')
  return true
end

-- Tell one webhook; ``fact`` has type, subject, kind and status, which are texts, and url when it is not the webhook's.
-- Returns the delivery's id.
local function webhook_told(hook, tenant, fact, now)
  local number = redis.call('HINCRBY', key.webhook_counts, 'told', 1)
  local delivery = 'msg_' .. string.sub(redis.sha1hex(hook .. ' ' .. number), 1, 32)
  redis.call('HSET', key.webhook_delivery(delivery), 'webhook', hook, 'tenant', tenant, 'type', fact.type,
             'subject', fact.subject, 'kind', fact.kind, 'status', fact.status, 'at', int(now), 'attempt', 0, 'tries', '',
             'url', fact.url or '')
  webhook_queued(hook, delivery, tenant, now)
  return delivery
end

-- Of a rule: no list, or an empty one, takes everything.
local function is_among(list, value)
  for _, one in ipairs(list) do if one == value then return true end end
  return #list == 0
end

-- Tell all webhooks that want to know. ``fact_of`` is asked only when there are some.
local function tell_webhooks(tenant, fact_of, now)
  local found = redis.call('HMGET', key.webhook_rules, tenant, '*')
  if not (found[1] or found[2]) then return end
  local fact = fact_of()
  for i, owner in ipairs({tenant, '*'}) do
    for _, rule in ipairs(cjson.decode(found[i] or '[]')) do
      if is_among(rule.events, fact.type) and (fact.kind == '' or (is_among(rule.kinds, fact.kind)
         and is_among(rule.statuses, fact.status) and is_among(rule.languages, fact.language)
         and is_among(rule.packages, fact.package))) then
        webhook_told(rule.id, owner, fact, now)
      end
    end
  end
end

-- A batch of rejudging, when all of it is handed in and over.
local function tell_rejudge(batch, now)
  local c = redis.call('HMGET', key.rejudge_counts, batch .. ' over', batch .. ' count')
  if not c[2] or c[1] ~= c[2] then return end
  local tenant = redis.call('HGET', key.rejudge_tenants, batch) or ''
  tell_webhooks(tenant, function()
    return {type = 'rejudge.done', subject = batch, kind = '', status = c[2]}
  end, now)
end

-- The callback that a piece of work came with, of its record. Its tenant may have turned callbacks off.
local function tell_callback(id, r, what, status, now)
  local hook, url = string.match(r.callback or '', '^(%S+) (.+)$')
  if not hook or redis.call('HGET', key.webhook(hook), 'state') ~= 'on' then return end
  webhook_told(hook, r.tenant, {type = what, subject = id, kind = 'execution', status = status, url = url}, now)
end

-- Of work to which something happened. A line's result is its batch's business, and a new judging's its rejudge's.
local function tell_work(id, r, what, status, now)
  if (r.origin or '') ~= '' then
    if what ~= 'work.amended' and redis.call('SISMEMBER', key.rejudges, r.origin) == 1 then
      redis.call('HINCRBY', key.rejudge_counts, r.origin .. ' over', 1)
      tell_rejudge(r.origin, now)
    end
    return
  end
  local batch = string.match(id, '^(.*)~%d+$')
  if batch and redis.call('EXISTS', key.batch(batch)) == 1 then return end
  tell_callback(id, r, what, status, now)
  tell_webhooks(r.tenant, function()
    local readable, sub = pcall(cjson.decode, r.sub or '')
    if not readable or type(sub) ~= 'table' then sub = {} end
    return {type = what, subject = id, kind = sub.kind or 'submission', status = status, language = r.language or '',
            package = sub.package or ''}
  end, now)
end
