-- Claim in the name of a slot that waits, and hand it what that gives: a submission and its claim are one write to the
-- disk, and the slot need not ask.

-- Put a claim where the slot waits for it. Takes the claim's words and its answer.
local function hand(asked, answer)
  local _, id, fence, attempt, submission, sources, waited_ms, class = unpack(answer)
  local list = key.handed(asked[1], asked[3])
  redis.call('LPUSH', list, cjson.encode({id, fence, attempt, waited_ms, class, #submission}) .. '\n'
                            .. submission .. (sources or ''))
  redis.call('PEXPIRE', list, 60000)
end

-- For each slot that waits and serves a route, the last one first, ``claimed`` claims, until that gives
-- something: its id. nil = for none of them.
local function first_waiting(route, now, claimed)
  redis.call('ZREMRANGEBYSCORE', key.waiting_slots, '-inf', int(now))
  for _, text in ipairs(redis.call('ZREVRANGE', key.waiting_slots, 0, 31)) do
    local asked = cjson.decode(text)
    if redis.call('SISMEMBER', key.serves(asked[1]), route) == 1 then
      redis.call('ZREM', key.waiting_slots, text)
      local answer = claimed(asked)
      if answer[1] == 'CLAIMED' then
        hand(asked, answer)
        return answer[2]
      end
    end
  end
  return nil
end

-- Returns the id of what was handed out: the policy says which that is. nil = no slot that serves the route waits, or none
-- that waits may have anything.
local function hand_out(route, now)
  return first_waiting(route, now, function(asked) return claim(unpack(asked)) end)
end

-- The same where nothing else waits: what comes in is leased at once, and never stands in the queue. Takes its record, of
-- which nothing but the record exists. nil = it must wait.
local function hand_at_once(id, r, now)
  return first_waiting(r.route, now, function(asked)
    local node, session, slot, pid, lease_ms, only, ill = unpack(asked)
    if only ~= '' and only ~= r.class then return {'NONE'} end
    local refusal = unfit(node, session, slot, pid, ill, 0)
    if refusal then return refusal end
    -- A class that was idle starts level with the others, as in enqueue().
    local passes = redis.call('HMGET', key.class_passes, '*', r.class)
    class_served(r.class, math.max(tonumber(passes[1] or 0), tonumber(passes[2] or 0)))
    return leased(id, r, node, slot, pid, lease_ms, now)
  end)
end
