-- Which of these ids have nothing more to come: done, cancelled, or no record of them. ARGV: ids. Changes nothing.
local found = {}
for _, id in ipairs(ARGV) do
  local state = redis.call('HGET', key.record(id), 'state')
  if not state or state == 'DONE' or state == 'CANCELLED' then table.insert(found, id) end
end
return found
