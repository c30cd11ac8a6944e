
lambda do
  # The driver of calls for Ruby, put at the end of a program's main file. What call.py says holds here, too; only that
  # the program's own top level has run before.
  answer = IO.for_fd(3, "wb")
  require "json"
  request = JSON.parse($stdin.read, max_nesting: false)
  *owner, name = request["function"].split(".")
  target = owner.empty? ? self : Object.const_get(owner.first).new
  value = target.send(name, *request["arguments"])
  answer.write(JSON.generate(value, max_nesting: 0))
  answer.close
end.call
