
;(function(find)
  -- The driver of calls for Lua, put at the end of a program's main file. What call.py says holds here, too; only that
  -- the program's own top level has run before. Lists and objects are tables, null is nil, an empty table a list.
  local answer = assert(io.open("/dev/fd/3", "wb"))
  local text, at = io.read("a"), 1
  local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
  local value

  local function code_at(place) return tonumber(text:sub(place, place + 3), 16) end

  local function string_value()
    local pieces = {}
    while true do
      local from, to, piece, mark = text:find('([^"\\]*)(["\\])', at)
      pieces[#pieces + 1] = piece
      at = to + 1
      if mark == '"' then return table.concat(pieces) end
      local letter = text:sub(at, at)
      at = at + 1
      if letter == "u" then
        local code = code_at(at)
        at = at + 4
        if code >= 0xD800 and code < 0xDC00 then
          code = 0x10000 + ((code - 0xD800) << 10) + code_at(at + 2) - 0xDC00
          at = at + 6
        end
        pieces[#pieces + 1] = utf8.char(code)
      else
        pieces[#pieces + 1] = escapes[letter] or letter
      end
    end
  end

  local function skip(pattern)
    local from, to, found = text:find("^[%s,:]*(" .. pattern .. ")", at)
    if from then at = to + 1 end
    return found
  end

  -- A table does not know how long it is where there are nils in it; a list that came with some does.
  local function list_value()
    local list, count, has_nil = {}, 0, false
    while not skip("%]") do
      count = count + 1
      list[count] = value()
      has_nil = has_nil or list[count] == nil
    end
    local function length(given)
      local most = count
      for key in pairs(given) do
        if math.type(key) == "integer" and key > most then most = key end
      end
      return most
    end
    return has_nil and setmetatable(list, { __len = length }) or list, count
  end

  local function object_value()
    local object = {}
    while not skip("}") do
      skip('"')
      local key = string_value()
      object[key] = value()
    end
    return object
  end

  function value()
    if skip("%[") then return (list_value()) end
    if skip("{") then return object_value() end
    if skip('"') then return string_value() end
    local word = skip("[%w%.+-]+")
    if word == "true" then return true elseif word == "false" then return false elseif word == "null" then return nil end
    return tonumber(word)
  end

  local function quoted(piece)
    return '"' .. piece:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
  end

  local function json(given)
    local kind = math.type(given) or type(given)
    if kind == "nil" then return "null" end
    if kind == "string" then return quoted(given) end
    if kind == "boolean" or kind == "integer" then return tostring(given) end
    if kind == "float" then
      if given ~= given then return "NaN" end
      if given == math.huge or given == -math.huge then return given > 0 and "Infinity" or "-Infinity" end
      return ("%.17g"):format(given)
    end
    if kind ~= "table" then error("a value of the type " .. kind .. " cannot be written as JSON", 0) end
    local pieces = {}
    if next(given) == nil or #given > 0 then
      for index = 1, #given do pieces[index] = json(given[index]) end
      return "[" .. table.concat(pieces, ",") .. "]"
    end
    for key, item in pairs(given) do pieces[#pieces + 1] = quoted(tostring(key)) .. ":" .. json(item) end
    return "{" .. table.concat(pieces, ",") .. "}"
  end

  at = select(2, text:find('"arguments":', 1, true)) + 1
  skip("%[")
  local arguments, count = list_value()
  local found, method = find(), text:match('"function":"[^".]*%.?([^"]*)"')
  local result
  if method == "" then
    if type(found) ~= "function" then error("there is no function JUDGE_FUNCTION in the program", 0) end
    result = found(table.unpack(arguments, 1, count))
  else
    if type(found) ~= "table" or not found[method] then error("there is no method JUDGE_FUNCTION." .. method, 0) end
    local target = found.new and found.new() or setmetatable({}, { __index = found })
    result = target[method](target, table.unpack(arguments, 1, count))
  end
  answer:write(json(result))
  assert(answer:close())
end)(function() return JUDGE_FUNCTION end)
