-- Remove a finished submission with all that belongs to it; its sources, when no other has the same.
local function expunge(id)
  local digest = redis.call('HGET', key.record(id), 'src')
  redis.call('ZREM', key.index, id)
  redis.call('ZREM', key.index_of(redis.call('HGET', key.record(id), 'tenant') or ''), id)
  if digest and redis.call('HINCRBY', key.source_uses, digest, -1) <= 0 then
    redis.call('HDEL', key.source_uses, digest)
    redis.call('DEL', key.sources(digest))
  end
  redis.call('DEL', key.record(id), key.events(id))
  redis.call('ZREM', key.done, id)
  stat('expunged')
end
