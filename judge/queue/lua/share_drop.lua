-- A tenant takes back what it shared. ARGV: the SHA-256 of its link, tenant. Returns whether it was there.
local link, tenant = unpack(ARGV)
local found = redis.call('HMGET', key.share(link), 'tenant', 'content')
if found[1] ~= tenant then return 0 end
redis.call('DEL', key.share(link))
if redis.call('ZREM', key.share_ends, share_member(link, #found[2], tenant)) == 1 then
  share_charge(tenant, -#found[2], -1)
end
return 1
