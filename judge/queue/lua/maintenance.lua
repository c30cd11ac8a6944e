-- Begin maintenance, change its message, end it, or say how it stands.
-- ARGV: "begin", message, seconds after which to ask again, act, by; "end", act, by; or "show".
-- Returns {message, seconds, since, by} as it stands now, {} = there is none.
if ARGV[1] == 'begin' then
  local _, message, retry_s, act, by = unpack(ARGV)
  redis.call('HSETNX', key.maintenance, 'since', int(now_ms()))
  redis.call('HSET', key.maintenance, 'message', message, 'retry_s', retry_s, 'by', by)
  note(act, by, 'judge', message)
elseif ARGV[1] == 'end' then
  if redis.call('DEL', key.maintenance) == 1 then note(ARGV[2], ARGV[3], 'judge', '') end
end
local m = redis.call('HMGET', key.maintenance, 'message', 'retry_s', 'since', 'by')
return m[1] and m or {}
