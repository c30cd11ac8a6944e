-- A slot waits no longer. ARGV: those of its claim. Returns what was handed to it, or nil: what it was handed and did not
-- get, since the answer was lost, goes back.
redis.call('ZREM', key.waiting_slots, cjson.encode({ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], '', ARGV[8]}))
local handed = redis.call('RPOP', key.handed(ARGV[1], ARGV[3]))
if not handed and redis.call('HGET', key.worker(ARGV[1]), 'session') == ARGV[2] then give_up_held(ARGV[1], ARGV[3]) end
return handed
