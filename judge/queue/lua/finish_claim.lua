-- Record a report and claim for the slot that brings it: one round trip and one write to the disk for both. Repeating it
-- is safe: the report is recorded once, and what an unanswered try claimed goes back.
-- ARGV: those of finish (seven), then those of claim. Returns {answer of finish, answer of claim}.
local recorded = finish(unpack(ARGV, 1, 7))
return {recorded, claim(unpack(ARGV, 8))}
