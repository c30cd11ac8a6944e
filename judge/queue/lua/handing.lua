-- Claim in the name of a slot that waits, and hand it what that gives: a submission and its claim are one write to the
-- disk, and the slot need not ask. Returns the id of what was handed out: the policy says which that is. nil = no slot
-- that serves the route waits, or none that waits may have anything.
local function hand_out(route, now)
  redis.call('ZREMRANGEBYSCORE', key.waiting_slots, '-inf', int(now))
  for _, text in ipairs(redis.call('ZREVRANGE', key.waiting_slots, 0, 31)) do
    local asked = cjson.decode(text)
    if redis.call('SISMEMBER', key.serves(asked[1]), route) == 1 then
      redis.call('ZREM', key.waiting_slots, text)
      local answer = claim(unpack(asked))
      if answer[1] == 'CLAIMED' then
        local _, id, fence, attempt, submission, sources, waited_ms, class = unpack(answer)
        local list = key.handed(asked[1], asked[3])
        redis.call('LPUSH', list, cjson.encode({id, fence, attempt, waited_ms, class, #submission}) .. '\n'
                                  .. submission .. (sources or ''))
        redis.call('PEXPIRE', list, 60000)
        return id
      end
    end
  end
  return nil
end

