-- Keep a new key for HTTP: its id, the hash of its secret, what it may (JSON), made at, expires at (Unix milliseconds,
-- 0 = never), the act, who makes it, a note for the audit trail.
local function keep_key(id, hash, rights, made_at, expires_at, act, by, detail)
  redis.call('HSET', key.api_key(id), 'hash', hash, 'key', rights)
  if expires_at ~= '0' then redis.call('PEXPIREAT', key.api_key(id), expires_at) end
  redis.call('ZADD', key.api_keys, made_at, id)
  note(act, by, id, detail)
end
