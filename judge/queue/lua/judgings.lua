-- The new judgings of a submission in rejudges that were not dropped. ARGV: id, at most how many rejudges to look at.
-- Returns {rejudge, id of its new judging, tenant that started it ("" = the operator), ...}
local found = {}
for _, batch in ipairs(redis.call('SRANDMEMBER', key.rejudges, ARGV[2])) do
  local new = redis.call('HGET', key.rejudge(batch), ARGV[1])
  if new then
    for _, word in ipairs({batch, new, redis.call('HGET', key.rejudge_tenants, batch) or ''}) do table.insert(found, word) end
  end
end
return found
