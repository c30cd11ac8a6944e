-- Tell again, under the same id: one delivery that is over, or ("") all dead letters. ARGV: webhook, delivery,
-- the act, who does it.
-- Returns how many; -1 = the webhook is not on.
local hook, wanted, act, by = unpack(ARGV)
local h = redis.call('HMGET', key.webhook(hook), 'tenant', 'state')
if h[2] ~= 'on' then return -1 end
local chosen = wanted ~= '' and {wanted} or redis.call('ZRANGE', key.webhook_dead(hook), 0, -1)
local now, count = now_ms(), 0
for _, delivery in ipairs(chosen) do
  if redis.call('ZREM', key.webhook_dead(hook), delivery) + redis.call('ZREM', key.webhook_sent(hook), delivery) > 0 then
    if webhook_queued(hook, delivery, h[1], now) then count = count + 1 else break end
  end
end
if count > 0 then note(act, by, hook, wanted ~= '' and wanted or count .. ' dead letters') end
return count
