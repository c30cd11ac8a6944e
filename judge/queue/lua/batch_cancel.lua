-- Withdraw what has no result of a batch; who tends it does that. ARGV: id. Returns 1, or 0 when it is over, or unknown.
local id = ARGV[1]
if not batch_exists(id) or batch_over(id, now_ms()) then return 0 end
redis.call('HSET', key.batch(id), 'cancelled', 1)
local now = now_ms()
if not batch_over(id, now) then
  local b = redis.call('HMGET', key.batch(id), 'tenant', 'at')
  batch_joins(id, b[1], b[2], now)
end
tell(id)
return 1
