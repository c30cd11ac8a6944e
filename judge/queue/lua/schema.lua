-- Agree on the version of what lies here. ARGV: the version wanted, the one before it.
-- A queue of the version before is brought up to the one wanted when it is drained: its finished records read alike.
-- Returns {"OK"}, {"OTHER", version found} or {"BUSY", version found, how many wait, are claimed, workers that live}.
local wanted, before = ARGV[1], ARGV[2]
local found = redis.call('GET', key.schema)
if found == wanted then return {'OK'} end
if found and found ~= before then return {'OTHER', found} end
if found then
  local waiting = tonumber(redis.call('HGET', key.counters, 'waiting') or 0)
  local claimed = redis.call('ZCARD', key.leases)
  local living = redis.call('ZCOUNT', key.workers, now_ms() - SILENT_MS, '+inf')
  if waiting + claimed + living > 0 then return {'BUSY', found, waiting, claimed, living} end
  -- One that only sleeps finds itself unknown when it wakes, and may not register again.
  for _, node in ipairs(redis.call('ZRANGE', key.workers, 0, -1)) do
    forget_worker(node)
    redis.call('DEL', key.held(node))
  end
end
redis.call('SET', key.schema, wanted)
return {'OK'}
