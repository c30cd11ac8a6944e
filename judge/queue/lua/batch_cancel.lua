-- Withdraw what has no result of a batch; who tends it does that. ARGV: id. Returns 1, or 0 when it is over, or unknown.
local id = ARGV[1]
if not batch_exists(id) or batch_over(id, now_ms()) then return 0 end
redis.call('HSET', key.batch(id), 'cancelled', 1)
if not batch_over(id, now_ms()) then
  redis.call('ZADD', key.batches_tended, redis.call('HGET', key.batch(id), 'at'), id)
end
tell(id)
return 1
