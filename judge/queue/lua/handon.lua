-- This worker lacks what a submission needs (its package): hand it on to one that has not been asked yet.
-- ARGV: id, fence, reason. The attempt does not count. Who lacks it is kept in the record's "lacks".
-- A session that may have begun goes to nobody.
-- Returns {"FENCED"}, {"MOVED", node}, or {"NOBODY", nodes that lack it, ...}: then the caller still holds the claim.
local id, fence, reason = ARGV[1], ARGV[2], ARGV[3]
local r = record(id, 'state', 'fence', 'tenant', 'node', 'slot', 'attempt', 'class', 'route', 'home', 'lacks')
if r.state ~= 'CLAIMED' or r.fence ~= fence then return {'FENCED'} end
local entry, home, lacks = key.record(id), r.home or r.route, set_of(r.lacks)
lacks[r.node] = true
local names = {}
for name in pairs(lacks) do table.insert(names, name) end
table.sort(names)
redis.call('HSET', entry, 'lacks', cjson.encode(names))
local once = is_session(r) and has_begun(id, fence)
local other = not once and other_worker(r.class, home, lacks, true, now_ms())
if not other then return {'NOBODY', unpack(names)} end
unlease(id, r.node, r.slot, r.tenant)
redis.call('HINCRBY', entry, 'attempt', -1)
stat('handed_on')
emit(id, {type = 'retried', attempt = tonumber(r.attempt), why = reason})
direct(id, other, home)
requeue(id, reason)
return {'MOVED', other}
