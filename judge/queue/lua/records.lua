-- Fields of records, for status and lists; changes nothing.
-- ARGV: "ids", then ids; or "page", tenant ("" = any), newest ms, oldest ms, how many of the newest to pass over, how many.
-- A page goes from the newest submission to the oldest. Returns {id, {field, ...}, ...}; the state of an unknown id is "".
local fields = {'state', 'class', 'route', 'tenant', 'at', 'claimed_at', 'done_at', 'amended_at', 'attempt', 'node', 'slot',
                'verdict', 'language', 'summary', 'why', 'sub', 'origin'}
local ids = {}
if ARGV[1] == 'page' then
  local index = ARGV[2] ~= '' and key.index_of(ARGV[2]) or key.index
  ids = redis.call('ZREVRANGEBYSCORE', index, ARGV[3], ARGV[4], 'LIMIT', ARGV[5], ARGV[6])
else
  for i = 2, #ARGV do table.insert(ids, ARGV[i]) end
end
local found = {}
for _, id in ipairs(ids) do
  local values = redis.call('HMGET', key.record(id), unpack(fields))
  for i = 1, #fields do values[i] = values[i] or '' end
  table.insert(found, id)
  table.insert(found, values)
end
return found
