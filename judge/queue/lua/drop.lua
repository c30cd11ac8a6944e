-- Remove a record that is done or cancelled, before its time is over. ARGV: id.
-- Returns {"DROPPED"}, {"UNFINISHED"} or {"UNKNOWN"}.
local state = redis.call('HGET', key.record(ARGV[1]), 'state')
if not state then return {'UNKNOWN'} end
if state ~= 'DONE' and state ~= 'CANCELLED' then return {'UNFINISHED'} end
expunge(ARGV[1])
return {'DROPPED'}
