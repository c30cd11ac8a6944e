-- What a gateway has open counts for a lease more. ARGV: lease (ms), then what, tenant and name of each.
local lease_ms = ARGV[1]
local till = int(now_ms() + tonumber(lease_ms))
for i = 2, #ARGV, 3 do
  local open = key.open_now(ARGV[i], ARGV[i + 1])
  redis.call('ZADD', open, till, ARGV[i + 2])
  redis.call('PEXPIRE', open, lease_ms)
end
return 0
