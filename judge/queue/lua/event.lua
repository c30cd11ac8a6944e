-- Append progress, unless the writer has lost its claim. ARGV: id, fence, then pairs of type and event JSON.
-- Returns 1, or 0 when fenced off.
local id = ARGV[1]
local r = record(id, 'state', 'fence')
if r.state ~= 'CLAIMED' or r.fence ~= ARGV[2] then return 0 end
for i = 3, #ARGV, 2 do emit(id, ARGV[i], ARGV[i + 1]) end
return 1
