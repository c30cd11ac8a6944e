-- The keys for HTTP, newest first, those whose time is over forgotten. ARGV: when the last one seen was made (Unix
-- milliseconds, "" = none was), its id, how many (0 = all). Returns {what it may (JSON), when it was used, ...}.
local seen_at, seen_id, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local found = {}
local rows = redis.call('ZREVRANGE', key.api_keys, 0, -1, 'WITHSCORES')
for i = 1, #rows, 2 do
  local id, at = rows[i], tonumber(rows[i + 1])
  if not seen_at or at < seen_at or (at == seen_at and id < seen_id) then
    local values = redis.call('HMGET', key.api_key(id), 'key', 'used_at')
    if values[1] then
      table.insert(found, values[1])
      table.insert(found, values[2] or '0')
    else
      redis.call('ZREM', key.api_keys, id)
    end
    if most > 0 and #found == 2 * most then break end
  end
end
return found
