-- Tell a webhook that it is tried. ARGV: id. Returns the delivery's id; "" = there is no such webhook, or it is not on.
local h = redis.call('HMGET', key.webhook(ARGV[1]), 'tenant', 'state')
if h[2] ~= 'on' then return '' end
return webhook_told(ARGV[1], h[1], {type = 'webhook.ping', subject = ARGV[1], kind = '', status = ''}, now_ms())
