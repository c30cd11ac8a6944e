-- A line cannot be handed in: that is its result. ARGV: id, the line as it waits, the result (MessagePack).
local id, line, result = unpack(ARGV)
if not redis.call('ZSCORE', key.batch_waiting(id), line) then return 0 end
line_ends(id, number_of(line), cmsgpack.unpack(result), line_leaves(id, line))
tell(id)
return 1
