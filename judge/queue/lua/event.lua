-- Append progress, unless the writer has lost its claim. Repeating a call whose answer was lost appends nothing twice.
-- ARGV: id, fence, number of the first event within the claim (from 0), then pairs of type and event JSON.
-- Returns 1, or 0 when fenced off.
local id = ARGV[1]
local r = record(id, 'state', 'fence', 'events_fence', 'events_count')
if r.state ~= 'CLAIMED' or r.fence ~= ARGV[2] then return 0 end
local count = r.events_fence == r.fence and tonumber(r.events_count) or 0
local number = tonumber(ARGV[3])
for i = 4, #ARGV, 2 do
  if number >= count then redis.call('XADD', key.events(id), '*', 'type', ARGV[i], 'event', ARGV[i + 1]) end
  number = number + 1
end
tell(id)
redis.call('HSET', key.record(id), 'events_fence', r.fence, 'events_count', math.max(number, count))
return 1
