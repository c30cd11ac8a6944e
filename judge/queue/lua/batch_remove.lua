-- Remove a batch that is over, or one whose time is over (``late``) and that nothing runs of. ARGV: id, late (0 or 1).
-- Returns {"REMOVED"}, {"UNFINISHED"} or {"UNKNOWN"}.
local id, late = unpack(ARGV)
if not batch_exists(id) then
  redis.call('ZREM', key.batches_kept, id)
  return {'UNKNOWN'}
end
local now = now_ms()
if not batch_over(id, now) then
  if late ~= '1' then return {'UNFINISHED'} end
  if redis.call('EXISTS', key.batch_running(id)) == 1 then
    batch_kept(id, now)
    return {'UNFINISHED'}
  end
end
local b = redis.call('HMGET', key.batch(id), 'tenant', 'bytes')
if redis.call('DECRBY', key.batch_usage(b[1]), b[2] or 0) <= 0 then redis.call('DEL', key.batch_usage(b[1])) end
redis.call('ZREM', key.batches_of(b[1]), id)
batch_leaves(id, b[1])
redis.call('ZREM', key.batches_kept, id)
redis.call('UNLINK', key.batch(id), key.batch_ids(id), key.batch_lines(id), key.batch_waiting(id), key.batch_running(id),
           key.batch_programs(id), key.batch_results(id), key.batch_order(id))
tell(id)
return {'REMOVED'}
