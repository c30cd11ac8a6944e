-- The task of work, as it was handed in. ARGV: id. Returns its JSON; "" = there is no such record, or it is a submission.
local r = record(ARGV[1], 'src', 'sub')
local readable, sub = pcall(cjson.decode, r.sub or '')
if not readable or type(sub) ~= 'table' or not sub.kind then return '' end
return redis.call('GET', key.sources(r.src or '')) or ''
