-- Open a link that makes the first key of an admin. ARGV: the hash of its secret, for how long (milliseconds). Returns 1,
-- or 0 when an admin has a key.
if is_there_an_admin() then return 0 end
redis.call('SET', key.set_up(ARGV[1]), '1', 'PX', ARGV[2])
return 1
