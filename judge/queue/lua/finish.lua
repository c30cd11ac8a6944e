-- ARGV: those of finish() in finishing.lua (seven); and of a judging that leaves a carried state: its name, the version that
-- was read, the number of the new one, its content. Answer: as of finish(), 2 or 3 as of state_write.
local id, fence = ARGV[1], ARGV[2]
local carried, read, number, content = unpack(ARGV, 8)
local write = carried and function(r, now)
  return state_write(r.tenant, carried, read, number, content, id .. ' ' .. fence, now)
end
return finish(id, fence, ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], write)
