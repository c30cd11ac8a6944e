-- A slot leaves while there may be work: make sure that a ticket lies in each queue with work. Returns how many lanes.
local lanes = redis.call('SMEMBERS', P .. 'lanes')
for _, lane in ipairs(lanes) do
  local route = string.match(lane, '|(.*)$')
  if redis.call('EXISTS', P .. 'q.' .. route) == 0 then ticket(route, 1) end
end
return #lanes
