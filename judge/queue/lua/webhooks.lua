-- Shared by the scripts of webhooks: what is told is in tellhooks.lua.

-- What the webhooks of a tenant are told, made again from those that are on.
local function webhook_rules_made(tenant)
  local rules = {}
  for _, hook in ipairs(redis.call('ZRANGE', key.webhooks_of(tenant), 0, -1)) do
    local values = redis.call('HMGET', key.webhook(hook), 'state', 'rule')
    if values[1] == 'on' then table.insert(rules, values[2]) end
  end
  if #rules == 0 then redis.call('HDEL', key.webhook_rules, tenant)
  else redis.call('HSET', key.webhook_rules, tenant, '[' .. table.concat(rules, ',') .. ']') end
end

-- Deliveries of a tenant that are on their way: {delivery of this webhook, end of its lease, ...}, and how many in all.
local function webhook_flying(hook, tenant)
  local own, rows = {}, redis.call('ZRANGE', key.webhook_flights(tenant), 0, -1, 'WITHSCORES')
  for i = 1, #rows, 2 do
    local of, delivery = string.match(rows[i], '^(%S+) (%S+)$')
    if of == hook then
      table.insert(own, delivery)
      table.insert(own, tonumber(rows[i + 1]))
    end
  end
  return own, #rows / 2
end

-- Note one attempt (JSON) of a delivery, of which the newest ten are kept.
local function webhook_tried(hook, delivery, tries, try, now)
  local kept = (tries and tries ~= '' and tries .. '\n' or '') .. try
  local _, lines = string.gsub(kept, '\n', '')
  if lines >= 10 then kept = string.match(kept, '\n(.*)$') end
  redis.call('HSET', key.webhook_delivery(delivery), 'tries', kept)
  redis.call('HSET', key.webhook(hook), 'last_at', int(now), 'last', try)
end

-- When a webhook is to be looked at next, after what was on its way or waits has changed.
local function webhook_scheduled(hook, tenant, room, now)
  local own = webhook_flying(hook, tenant)
  local first = redis.call('ZRANGE', key.webhook_queue(hook), 0, 0, 'WITHSCORES')[2]
  local at = own[2]  -- the end of its first lease
  -- Without room the end of one of its own attempts makes some, or another webhook's: that is looked for soon.
  if first and (room or tonumber(first) > now) then at = math.min(tonumber(first), at or math.huge)
  elseif first and not at then at = now + 500 end
  if at then redis.call('ZADD', key.webhooks_due, int(at), hook)
  else redis.call('ZREM', key.webhooks_due, hook) end
end
