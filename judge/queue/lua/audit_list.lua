-- The acts, newest first; changes nothing. ARGV: the position to go on behind ("+" = the newest), how many.
-- Returns {position, {act, by, what, detail}, ...}.
local found = {}
for _, entry in ipairs(redis.call('XREVRANGE', key.audit, ARGV[1], '-', 'COUNT', ARGV[2])) do
  local named = {}
  for i = 1, #entry[2], 2 do named[entry[2][i]] = entry[2][i + 1] end
  table.insert(found, entry[1])
  table.insert(found, {named.act or '', named.by or '', named.what or '', named.detail or ''})
end
return found
