-- Replace the report of a finished submission by another one's (a rejudge that is applied). The old report is kept.
-- ARGV: id, id whose report is taken, verdict the caller saw, report JSON to record, its summary, the act, who does it.
-- Returns {"AMENDED"}, {"CHANGED", verdict now} when the old verdict is no longer the one seen, or {"UNFINISHED", id}.
local id, other, seen, report, summary, act, by = unpack(ARGV)
local old, new = record(id, 'state', 'verdict', 'report', 'tenant', 'sub', 'language', 'callback'), record(other, 'state', 'verdict')
if old.state ~= 'DONE' then return {'UNFINISHED', id} end
if new.state ~= 'DONE' then return {'UNFINISHED', other} end
if redis.call('HGET', key.record(id), 'amended_by') == other then return {'AMENDED'} end
if old.verdict ~= seen then return {'CHANGED', old.verdict} end
local now = now_ms()
redis.call('HSET', key.record(id), 'report', report, 'verdict', new.verdict, 'report_before', old.report,
           'verdict_before', old.verdict, 'amended_by', other, 'summary', summary, 'amended_at',
           int(now))
stat('amended')
tell_work(id, old, 'work.amended', new.verdict, now)
if act and new.verdict ~= old.verdict then note(act, by, id, old.verdict .. ' -> ' .. new.verdict .. ' by ' .. other) end
return {'AMENDED'}
