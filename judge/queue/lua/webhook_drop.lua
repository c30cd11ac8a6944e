-- Forget dead letters of a webhook: one, or ("") all of them. ARGV: webhook, delivery, the act, who does it.
-- Returns how many.
local hook, wanted, act, by = unpack(ARGV)
local count = 0
for _, delivery in ipairs(wanted ~= '' and {wanted} or redis.call('ZRANGE', key.webhook_dead(hook), 0, -1)) do
  if redis.call('ZREM', key.webhook_dead(hook), delivery) == 1 then
    redis.call('DEL', key.webhook_delivery(delivery))
    count = count + 1
  end
end
if count > 0 then note(act, by, hook, wanted ~= '' and wanted or count .. ' dead letters') end
return count
