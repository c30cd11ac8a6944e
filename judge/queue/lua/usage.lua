-- What was used, by day; changes nothing. ARGV: the first day, the last day (days since 1970), tenant ("" = all of them).
-- Returns {day, tenant, works, cpu_ms, bytes, ...}.
local found = {}
local function add(day, tenant, row)
  for _, value in ipairs({int(day), tenant, row.works or '0', row.cpu_ms or '0', row.bytes or '0'}) do
    table.insert(found, value)
  end
end
for day = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local used = key.usage(int(day))
  if ARGV[3] ~= '' then
    local names = {'works', 'cpu_ms', 'bytes'}
    local row = {}
    for _, name in ipairs(names) do row[name] = redis.call('HGET', used, ARGV[3] .. ' ' .. name) or nil end
    if row.works then add(day, ARGV[3], row) end
  else
    local flat, rows = redis.call('HGETALL', used), {}
    for i = 1, #flat, 2 do
      local tenant, name = string.match(flat[i], '^(.*) (.-)$')
      rows[tenant] = rows[tenant] or {}
      rows[tenant][name] = flat[i + 1]
    end
    for tenant, row in pairs(rows) do add(day, tenant, row) end
  end
end
return found
