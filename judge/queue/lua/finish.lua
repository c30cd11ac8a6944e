-- ARGV and answer: as of finish() in finishing.lua.
return finish(unpack(ARGV))
