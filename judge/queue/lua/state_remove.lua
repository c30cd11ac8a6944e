-- Remove a carried state with all its versions. ARGV: tenant, name. Returns whether it was there.
local tenant, name = ARGV[1], ARGV[2]
if state_version(tenant, name) == 0 then return 0 end
state_forget(tenant, name)
stat('states_removed')
return 1
