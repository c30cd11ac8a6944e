-- What a gateway has open no more. ARGV: what, tenant and name of each.
for i = 1, #ARGV, 3 do redis.call('ZREM', key.open_now(ARGV[i], ARGV[i + 1]), ARGV[i + 2]) end
return 0
