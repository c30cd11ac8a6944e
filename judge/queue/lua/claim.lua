-- ARGV and answer: as of claim() in claiming.lua.
return claim(unpack(ARGV))
