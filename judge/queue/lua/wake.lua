-- A slot leaves while there may be work: make sure that a ticket lies in each queue with work. Returns how many lanes.
local lanes = redis.call('SMEMBERS', key.lanes)
for _, lane in ipairs(lanes) do
  local _, route = split_lane(lane)
  if redis.call('EXISTS', key.tickets(route)) == 0 then ticket(route, 1) end
end
return #lanes
