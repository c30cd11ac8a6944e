-- What is known of languages and workers, for clients; changes nothing.
-- Returns {cards: {id, JSON, ...}, workers: {info JSON, ...}}.
local infos = {}
for _, node in ipairs(redis.call('ZRANGE', key.workers, 0, -1)) do
  table.insert(infos, redis.call('HGET', key.worker(node), 'info') or '{}')
end
return {redis.call('HGETALL', key.language_cards), infos}
