-- Whether a key with the scope admin holds. Looks at every key: only where it is asked seldom.
local function is_there_an_admin()
  for _, id in ipairs(redis.call('ZRANGE', key.api_keys, 0, -1)) do
    local rights = redis.call('HGET', key.api_key(id), 'key')
    for _, scope in ipairs(rights and cjson.decode(rights).scopes or {}) do
      if scope == 'admin' then return true end
    end
  end
  return false
end
