-- Shared by the scripts of what is shared by links; stands after common.lua.

-- One call counts off this many at most whose time is over.
local SHARE_SWEPT_MAX = 100

local function share_member(link, size, tenant) return link .. ' ' .. int(size) .. ' ' .. tenant end

local function share_charge(tenant, bytes, count)
  local usage = key.share_usage(tenant)
  redis.call('HINCRBY', usage, 'bytes', int(bytes + 0))
  if redis.call('HINCRBY', usage, 'count', count) <= 0 then redis.call('DEL', usage) end
  if redis.call('INCRBY', key.share_memory, int(bytes + 0)) <= 0 then redis.call('DEL', key.share_memory) end
end

-- What is over counts no more; Redis has forgotten its content by itself.
local function share_sweep(now)
  local over = redis.call('ZRANGEBYSCORE', key.share_ends, '-inf', int(now), 'LIMIT', 0, SHARE_SWEPT_MAX)
  for _, member in ipairs(over) do
    local size, tenant = string.match(member, '^%S+ (%d+) (.*)$')
    redis.call('ZREM', key.share_ends, member)
    share_charge(tenant, -tonumber(size), -1)
  end
end
