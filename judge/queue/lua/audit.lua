-- Write down what somebody who runs the judge did (docs/howto/run-a-gateway.md): the act, who, to what, and the rest.
local function note(act, by, what, detail)
  redis.call('XADD', key.audit, 'MAXLEN', '~', '100000', '*', 'act', act, 'by', by, 'what', what, 'detail', detail)
end
