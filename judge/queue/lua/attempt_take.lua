-- Count an attempt of a student at an assignment; the same submission is counted once. Where its record is gone, and
-- was not only about to be made, what comes under its id now is another attempt, handed in now.
-- ARGV: tenant, assignment, student, id of the submission, when it was handed in (Unix milliseconds, 0 = now), the most
-- attempts (0 = no limit), how long to remember them after the last one (milliseconds).
-- Returns {"TAKEN", number, when} or {"USED", how many}.
local tenant, assignment, student, id, at, most, keep = unpack(ARGV)
local attempts = key.attempts(tenant, assignment, student)
local known = redis.call('HGET', attempts, id)
local used = redis.call('HLEN', attempts)
local BEING_TAKEN_MS = 600000
if known and tonumber(at) == 0 and redis.call('EXISTS', key.record(id)) == 0 then
  local number, handed_in = string.match(known, '^(%d+) (%d+)$')
  if now_ms() - tonumber(handed_in) > BEING_TAKEN_MS then
    redis.call('HDEL', attempts, id)
    redis.call('HSET', attempts, id .. '\n' .. number, known)
    known = false
  end
end
if not known then
  if tonumber(most) > 0 and used >= tonumber(most) then return {'USED', used} end
  if tonumber(at) == 0 then at = int(now_ms()) end
  known = int(used + 1) .. ' ' .. at
  redis.call('HSET', attempts, id, known)
  redis.call('PEXPIRE', attempts, keep)
end
local number, handed_in = string.match(known, '^(%d+) (%d+)$')
return {'TAKEN', number, handed_in}
