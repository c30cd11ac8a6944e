-- Make the first key of an admin by a link. ARGV: the hash of the link's secret, then those of keep_key. Returns 1, or 0
-- when the link is not open or an admin has a key.
if redis.call('DEL', key.set_up(ARGV[1])) == 0 or is_there_an_admin() then return 0 end
keep_key(unpack(ARGV, 2))
return 1
