-- An attempt was counted whose submission was not taken in: it does not count, unless another came after it.
-- ARGV: tenant, assignment, student, id of the submission. Returns 1, or 0 when there is none that can be taken back.
local tenant, assignment, student, id = unpack(ARGV)
local attempts = key.attempts(tenant, assignment, student)
local known = redis.call('HGET', attempts, id)
if not known or redis.call('EXISTS', key.record(id)) == 1 then return 0 end
if tonumber(string.match(known, '^%d+')) ~= redis.call('HLEN', attempts) then return 0 end
return redis.call('HDEL', attempts, id)
