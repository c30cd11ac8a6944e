-- What a tenant handed in, by a record's id: for work that names it. ARGV: tenant, id.
-- Returns {submission JSON (without sources) or header, sources or task JSON, language}; {} = the tenant has no such record.
local r = record(ARGV[2], 'tenant', 'sub', 'src', 'language')
if r.tenant ~= ARGV[1] then return {} end
return {r.sub, redis.call('GET', key.sources(r.src or '')) or '', r.language or ''}
