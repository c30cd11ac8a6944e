-- What is known of languages and workers, for clients; changes nothing.
-- Returns {cards: {id, JSON, ...}, workers: {info JSON, ...}}.
local infos = {}
for _, node in ipairs(redis.call('ZRANGE', P .. 'workers', 0, -1)) do
  table.insert(infos, redis.call('HGET', P .. 'worker:' .. node, 'info') or '{}')
end
return {redis.call('HGETALL', P .. 'language-cards'), infos}
