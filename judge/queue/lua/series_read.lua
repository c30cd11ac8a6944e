-- The series of some spans; changes nothing. ARGV: step in seconds, the first span, the last one (Unix time / step).
-- Returns {number, queue fields, work fields, worker fields, ...} of those of which anything is kept.
local step, found = ARGV[1], {}
for number = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local at = int(number)
  local queue = redis.call('HGETALL', key.series_queue(step, at))
  local work = redis.call('HGETALL', key.series_work(step, at))
  local workers = step == '60' and redis.call('HGETALL', key.series_workers(at)) or {}
  if #queue + #work + #workers > 0 then
    for _, value in ipairs({at, queue, work, workers}) do table.insert(found, value) end
  end
end
return found
