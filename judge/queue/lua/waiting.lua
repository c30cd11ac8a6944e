-- How much waits, in all classes.
return tonumber(redis.call('HGET', key.counters, 'waiting') or 0)
