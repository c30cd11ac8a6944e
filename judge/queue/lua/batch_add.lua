-- Add lines behind those that are there.
-- ARGV: id, the request, the number of the first line, the most bytes of the tenant's batches, then for each line: what
-- it is known by, its digest, its program ("" = none), the line (MessagePack), or "" and its result (MessagePack).
-- Returns {"ADDED"}, {"OTHER"} (another request sends the batch now, or it is gone), {"CANCELLED"}, {"FULL", bytes}.
local id, upload, first, bytes_max = unpack(ARGV)
first = tonumber(first)
local b = redis.call('HMGET', key.batch(id), 'upload', 'lines', 'cancelled', 'tenant', 'at')
if b[1] ~= upload then return {'OTHER'} end
if b[3] == '1' then return {'CANCELLED'} end
if tonumber(b[2]) > first then return {'ADDED'} end  -- this very call, whose answer was lost
local used = tonumber(redis.call('GET', key.batch_usage(b[4])) or 0)
if used >= tonumber(bytes_max) then return {'FULL', used} end

local number, now = first, now_ms()
for at = 5, #ARGV, 5 do
  local known, digest, program, packed, result = unpack(ARGV, at, at + 4)
  redis.call('HSET', key.batch_ids(id), known, number .. ' ' .. digest)
  if packed ~= '' then
    redis.call('HSET', key.batch_lines(id), number, packed)
    redis.call('ZADD', key.batch_waiting(id), number, number .. (program ~= '' and ' ' .. program or ''))
    batch_grows(id, #packed)
  else
    line_ends(id, number, cmsgpack.unpack(result), 0)
  end
  number = number + 1
end
redis.call('HSET', key.batch(id), 'lines', number)
redis.call('HDEL', key.batch(id), 'done_at')
batch_joins(id, b[4], b[5], now)
batch_kept(id, now)
tell(id)
return {'ADDED'}
