-- Finished records go when their time is over. In one sweep this many are looked at, and this many go, at most.
local KEEP_LOOKS, KEEP_GOES = 500, 200

-- The times of the policy that are not everybody's, in milliseconds by ":KIND", "/TENANT" and ":KIND/TENANT" ("/anonymous@"
-- stands for all without a key); nil = there are none. And the shortest time that is none for ever; 0 = there is none.
local function keep_rules()
  local rules, least = nil, policy('keep_ms')
  local function add(whose, ms)
    rules = rules or {}
    rules[whose] = ms
    if ms > 0 and (least == 0 or ms < least) then least = ms end
  end
  local anonymous = policy('anonymous_keep_ms')
  if anonymous > 0 then add('/anonymous@', anonymous) end
  local flat = redis.call('HGETALL', key.policy)
  for i = 1, #flat, 2 do
    local whose, ms = string.match(flat[i], '^keep_ms([:/].+)$'), tonumber(flat[i + 1])
    if whose and ms then add(whose, ms) end
  end
  return rules, least
end

-- What kind of work a record is, by its route and its own text; '' = none that can be read.
local function kind_of(id, r)
  if is_session(r) then return 'session' end
  if not string.find(r.home or r.route or '', '+=', 1, true) then return 'submission' end
  local readable, header = pcall(cjson.decode, redis.call('HGET', key.record(id), 'sub') or '')
  return readable and type(header) == 'table' and type(header.kind) == 'string' and header.kind or ''
end

-- How long a record is kept: its tenant's time for its kind, its tenant's, that of its kind, everybody's.
local function keep_of(id, rules)
  local r = record(id, 'tenant', 'route', 'home')
  local kind, tenant = ':' .. kind_of(id, r), '/' .. (r.tenant or '')
  local own = rules[kind .. tenant] or rules[tenant]
  if not own and string.sub(tenant, 1, 11) == '/anonymous@' then
    own = rules[kind .. '/anonymous@'] or rules['/anonymous@']
  end
  return own or rules[kind] or policy('keep_ms')
end

-- One page of the records, oldest first; the next sweep goes on behind it, and begins again at what is too young.
local function drop_page(rules, least, now)
  local rank = tonumber(redis.call('HGET', key.counters, 'keep_rank') or 0)
  local page = redis.call('ZRANGE', key.done, rank, rank + KEEP_LOOKS - 1, 'WITHSCORES')
  local over, looked, gone = #page < 2 * KEEP_LOOKS, 0, 0
  for i = 1, #page, 2 do
    local id, at = page[i], tonumber(page[i + 1])
    if at > now - least then
      over = true
      break
    end
    if gone == KEEP_GOES then
      over = false
      break
    end
    looked = looked + 1
    local keep_ms = keep_of(id, rules)
    if keep_ms > 0 and at <= now - keep_ms then
      expunge(id)
      gone = gone + 1
    end
  end
  redis.call('HSET', key.counters, 'keep_rank', over and 0 or int(rank + looked - gone))
end

local function drop_old(now)
  local rules, least = keep_rules()
  if least == 0 then return end
  if rules then return drop_page(rules, least, now) end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key.done, '-inf', now - least, 'LIMIT', 0, KEEP_GOES)) do expunge(id) end
end
