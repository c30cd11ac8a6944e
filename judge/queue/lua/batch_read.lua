-- Results behind a position; changes nothing. ARGV: id, "input" or "completion", after, at most how many, at most how
-- many bytes (but one at least). Returns {whether more will come, {number, result, ...}}; nothing = no such batch.
local id, order, after, count, bytes_max = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local b = redis.call('HMGET', key.batch(id), 'whole', 'cancelled', 'lines')
if not b[1] then return {} end
local numbers = {}
if order == 'completion' then
  numbers = redis.call('LRANGE', key.batch_order(id), after, after + count - 1)
else
  for number = after, after + count - 1 do table.insert(numbers, int(number)) end
end
local found, bytes = {}, 0
for _, number in ipairs(numbers) do
  local result = redis.call('HGET', key.batch_results(id), number)
  if not result or (bytes > 0 and bytes + #result > bytes_max) then break end
  bytes = bytes + #result
  table.insert(found, number)
  table.insert(found, result)
end
local ended = (b[1] == '1' or b[2] == '1') and after + #found / 2 >= tonumber(b[3])
return {ended and 0 or 1, found}
