-- One attempt of a delivery is over. ARGV: delivery, attempt, what came of it (sent, retry, dead, gone), after how many ms
-- to try again, the attempt (JSON), the reason why it is given up.
-- Returns 1, or 0 when the lease is another's, or the webhook was removed: then nothing is changed.
local delivery, attempt, outcome, delay_ms, try, reason = unpack(ARGV)
local d = redis.call('HMGET', key.webhook_delivery(delivery), 'webhook', 'tenant', 'state', 'attempt', 'tries')
if d[3] ~= 'flying' or d[4] ~= attempt then return 0 end
local hook, tenant, now = d[1], d[2], now_ms()
local entry, here = key.webhook(hook), key.webhook_delivery(delivery)
redis.call('ZREM', key.webhook_flights(tenant), hook .. ' ' .. delivery)
webhook_tried(hook, delivery, d[5], try, now)
if outcome == 'gone' and redis.call('HGET', entry, 'state') == 'on' then
  redis.call('HSET', entry, 'state', 'gone')
  redis.call('HINCRBY', entry, 'version', 1)
  webhook_rules_made(tenant)
end
local is_on = redis.call('HGET', entry, 'state') == 'on'
if outcome == 'sent' then
  redis.call('HSET', entry, 'failures', 0)
  redis.call('HINCRBY', entry, 'sent', 1)
  redis.call('HINCRBY', key.webhook_counts, 'sent', 1)
  redis.call('HSET', here, 'state', 'sent', 'ended_at', int(now))
  redis.call('ZADD', key.webhook_sent(hook), int(now), delivery)
  for _ = 101, redis.call('ZCARD', key.webhook_sent(hook)) do
    redis.call('DEL', key.webhook_delivery(redis.call('ZPOPMIN', key.webhook_sent(hook))[1]))
  end
else
  redis.call('HINCRBY', entry, 'failed', 1)
  redis.call('HINCRBY', entry, 'failures', 1)
  redis.call('HINCRBY', here, 'failures', 1)
end
if outcome == 'retry' and is_on then
  redis.call('HSET', here, 'state', 'waiting')
  redis.call('ZADD', key.webhook_queue(hook), int(now + tonumber(delay_ms)), delivery)
else
  webhook_waiting(tenant, -1)
  if outcome ~= 'sent' then webhook_bury(hook, delivery, is_on and reason or 'the webhook is off', now) end
end
if is_on then
  webhook_scheduled(hook, tenant, true, now)
else
  webhook_due(hook, now)
end
return 1
