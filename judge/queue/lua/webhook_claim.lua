-- Take deliveries that are due, to send them: each is one gateway's until its lease ends.
-- ARGV: lease_ms, at most how many, at once to one webhook, at once of one tenant.
-- Returns {ms until there is something to do (-1 = not known), how many wait in all,
-- {delivery, webhook (JSON), attempt, type, subject, kind, status, at, since, failures, url, now, ...}}.
local lease_ms, most, hook_max, tenant_max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local FIELDS = {'attempt', 'type', 'subject', 'kind', 'status', 'at', 'since', 'failures', 'url'}
local PAGE = 200
local found, count = {}, 0

-- A webhook that fails gets one attempt at a time.
local function room_of(hook, tenant, failures)
  local own, all = webhook_flying(hook, tenant)
  return math.min((tonumber(failures) >= 3 and 1 or hook_max) - #own / 2, tenant_max - all)
end

-- The gateway that had it is gone: it is sent again soon, and not at once, for it may be what ends gateways.
local function take_back(hook, tenant)
  local own = webhook_flying(hook, tenant)
  for i = 1, #own, 2 do
    if own[i + 1] <= now then
      local try = '{"at_ms":' .. int(now) .. ',"status":0,"error":"the gateway that sent it is gone","took_ms":0}'
      redis.call('ZREM', key.webhook_flights(tenant), hook .. ' ' .. own[i])
      redis.call('HSET', key.webhook_delivery(own[i]), 'state', 'waiting')
      redis.call('HINCRBY', key.webhook_delivery(own[i]), 'failures', 1)
      redis.call('ZADD', key.webhook_queue(hook), int(now + 1000), own[i])
      webhook_tried(hook, own[i], redis.call('HGET', key.webhook_delivery(own[i]), 'tries'), try, now)
    end
  end
end

-- What waits for a webhook that is off goes to its dead letters; with a webhook that was removed all of it goes.
local function clear(hook, tenant, state)
  local lists = state and {key.webhook_queue(hook)}
                or {key.webhook_queue(hook), key.webhook_dead(hook), key.webhook_sent(hook)}
  local left = PAGE
  for i, list in ipairs(lists) do
    for _, delivery in ipairs(left > 0 and redis.call('ZRANGE', list, 0, left - 1) or {}) do
      if i == 1 then webhook_waiting(redis.call('HGET', key.webhook_delivery(delivery), 'tenant') or '', -1) end
      redis.call('ZREM', list, delivery)
      if state then webhook_bury(hook, delivery, 'the webhook is ' .. state, now)
      else redis.call('DEL', key.webhook_delivery(delivery)) end
      left = left - 1
    end
  end
  if left <= 0 then return end
  local lease_end = state and webhook_flying(hook, tenant)[2]
  if lease_end then redis.call('ZADD', key.webhooks_due, int(lease_end), hook)
  else redis.call('ZREM', key.webhooks_due, hook) end
end

local function take(hook, tenant, failures)
  take_back(hook, tenant)
  local room = room_of(hook, tenant, failures)
  local due = redis.call('ZRANGEBYSCORE', key.webhook_queue(hook), '-inf', int(now), 'LIMIT', 0,
                         math.max(0, math.min(room, most - count)))
  local webhook = #due > 0 and redis.call('HGET', key.webhook(hook), 'webhook')
  for _, delivery in ipairs(due) do
    redis.call('ZREM', key.webhook_queue(hook), delivery)
    redis.call('ZADD', key.webhook_flights(tenant), int(now + lease_ms), hook .. ' ' .. delivery)
    redis.call('HSET', key.webhook_delivery(delivery), 'state', 'flying')
    redis.call('HINCRBY', key.webhook_delivery(delivery), 'attempt', 1)
    table.insert(found, delivery)
    table.insert(found, webhook)
    for _, value in ipairs(redis.call('HMGET', key.webhook_delivery(delivery), unpack(FIELDS))) do
      table.insert(found, value)
    end
    table.insert(found, int(now))
    count, room = count + 1, room - 1
  end
  webhook_scheduled(hook, tenant, room > 0, now)
end

for _, hook in ipairs(redis.call('ZRANGEBYSCORE', key.webhooks_due, '-inf', int(now), 'LIMIT', 0, 64)) do
  if count >= most then break end
  local h = redis.call('HMGET', key.webhook(hook), 'tenant', 'state', 'failures')
  if h[2] == 'on' then
    take(hook, h[1], h[3])
  else
    if h[1] then take_back(hook, h[1]) end
    clear(hook, h[1], h[2])
  end
end

local next_one = redis.call('ZRANGE', key.webhooks_due, 0, 0, 'WITHSCORES')[2]
return {next_one and math.max(0, tonumber(next_one) - now) or -1,
        tonumber(redis.call('HGET', key.webhook_counts, 'waiting') or 0), found}
