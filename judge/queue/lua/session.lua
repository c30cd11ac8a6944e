-- A session's client says something. ARGV: id, tenant, fence ("" = only asks how the session stands), the offset and
-- size of what is typed (0, 0 = the frame is of another kind), frame JSON, how many frames may wait, who types ("" or
-- none = it is not said).
-- Returns {"UNKNOWN"} (to other tenants, too), {"STANDS", state, fence, typed bytes}, {"OVER"}, {"FULL"}, {"GAP", typed
-- bytes}, {"SENT", typed bytes} or {"REFUSED"}: it is no frame, is too large or not of that size. What was typed before
-- is not typed again; {"TAKEN", typed bytes}: what was typed there is not it, but what another one typed.

-- JSON of as much as may be typed in one frame, and what stands around it.
local FRAME_BYTES_MAX = 32768

-- How many bytes a frame types; nil = it is none.
local function typed_by(frame)
  if #frame > FRAME_BYTES_MAX then return nil end
  local readable, said = pcall(cjson.decode, frame)
  if not readable or type(said) ~= 'table' or type(said.type) ~= 'string' then return nil end
  if said.type ~= 'typed' then return 0 end
  local data = said.data
  if type(data) ~= 'string' or #data % 4 ~= 0 then return nil end
  return #data / 4 * 3 - #string.match(data, '=*$')
end

local id, tenant, fence, offset, size, frame = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local r = record(id, 'state', 'fence', 'tenant', 'route', 'home', 'typed_fence', 'typed_bytes', 'typist', 'typist_from')
if not r.state or r.tenant ~= tenant or not is_session(r) then return {'UNKNOWN'} end
local typed = r.typed_fence == r.fence and tonumber(r.typed_bytes) or 0
if fence == '' then return {'STANDS', r.state, r.fence, typed} end
if r.state ~= 'CLAIMED' or r.fence ~= fence then return {'OVER'} end
if typed_by(frame) ~= size then return {'REFUSED'} end
local typist = ARGV[8] or ''
local is_other = typist ~= '' and r.typist and r.typist ~= '' and r.typist ~= typist
if size > 0 and is_other and offset < typed and offset + size > tonumber(r.typist_from) then return {'TAKEN', typed} end
if size > 0 and offset + size <= typed then return {'SENT', typed} end
if size > 0 and offset ~= typed then return {'GAP', typed} end
local frames = key.session_input(id, fence)
if redis.call('XLEN', frames) >= tonumber(ARGV[7]) then return {'FULL'} end
redis.call('XADD', frames, '*', 'frame', frame)
redis.call('EXPIRE', frames, 3600)
if size > 0 then
  if r.typist ~= typist then redis.call('HSET', key.record(id), 'typist', typist, 'typist_from', int(typed)) end
  typed = typed + size
  redis.call('HSET', key.record(id), 'typed_fence', fence, 'typed_bytes', int(typed))
end
return {'SENT', typed}
