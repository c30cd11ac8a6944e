-- Write an act down. ARGV: act, by, what, detail.
note(unpack(ARGV))
return 0
