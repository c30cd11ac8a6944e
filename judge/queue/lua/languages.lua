-- Which language a submission means, and whether anybody serves it. Put before submit.lua.
-- Workers leave every name of every language they know in "languages"; where none has ever been, nothing is checked.

-- A route that was found served is not looked at again for this long.
local FOUND_MS = 60000

-- How many letters must change to make one word of another.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local changed = string.byte(a, i) == string.byte(b, j) and 0 or 1
      diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + changed)
    end
  end
  return row[#b]
end

-- The id of the language whose name is nearest, "" when none is near.
local function near_language(word)
  local names, best, best_distance = redis.call('HKEYS', key.languages), '', math.max(1, math.floor(#word / 3)) + 1
  table.sort(names)
  for _, name in ipairs(names) do
    local d = distance(word, name)
    if d < best_distance then best, best_distance = redis.call('HGET', key.languages, name), d end
  end
  return best
end

-- The id of the language that a word means, with "@" and its version where it has one; nil when it is none.
local function named(word)
  local plain = string.gsub(string.lower(word), '%s', '')
  local id = redis.call('HGET', key.languages, plain)
  if id then return id end
  local base, version = string.match(plain, '^([^@]+)@([%w._-]+)$')
  local language = base and redis.call('HGET', key.languages, base)
  return language and (language .. '@' .. version) or nil
end

-- For people: the words that word_of finds in the names that the workers serve ('' = none), each once and in order.
local function words_served(word_of)
  local found, list = {}, {}
  for _, node in ipairs(redis.call('ZRANGE', key.workers, 0, -1)) do
    for _, name in ipairs(redis.call('SMEMBERS', key.serves(node))) do
      local word = word_of(name)
      if word ~= '' and not found[word] then
        found[word] = true
        table.insert(list, word)
      end
    end
  end
  table.sort(list)
  return table.concat(list, ', ')
end

-- The versions and variants of a language that the workers serve.
local function versions_served(language)
  local first = language .. '@'
  return words_served(function(name)
    local version = string.sub(name, 1, #first) == first and string.sub(name, #first + 1) or ''
    return string.find(version, '+', 1, true) and '' or version
  end)
end

-- What the workers serve: their languages, or the tags that go with one language.
local function served(language)
  return words_served(function(name)
    local own, tag = string.match(name, '^([^@+][^+]*)%+?([^+]*)$')  -- "@..." is no language: a worker's own route
    if language then return own == language and string.sub(tag, 1, 1) ~= '=' and tag or '' end
    return own and own ~= 'any' and tag == '' and not string.find(own, '@', 1, true) and own or ''
  end)
end

-- Whether a worker serves a route, or one did that has only just gone. Where there are none now, any may come.
local function is_served(name, now)
  if tonumber(redis.call('HGET', key.offered, name) or 0) > now then return true end
  local nodes = redis.call('ZRANGE', key.workers, 0, -1)
  for _, node in ipairs(nodes) do
    if redis.call('SISMEMBER', key.serves(node), name) == 1 then
      redis.call('HSET', key.offered, name, int(now + FOUND_MS))
      return true
    end
  end
  return #nodes == 0
end

-- The language's id ("" = to be detected) and the route of a submission; or nil and the refusal.
local function find_route(submission, route, now)
  local said, tags = string.match(route, '^([^+]*)(.*)$')
  local readable, sent = pcall(cjson.decode, submission)
  local word = readable and type(sent) == 'table' and type(sent.language) == 'string' and sent.language or ''
  if word == '' and said ~= 'any' then word = said end
  if redis.call('EXISTS', key.languages) == 0 then return said == 'any' and '' or said, route end
  local language, base = '', 'any'
  if word ~= '' then
    language = named(word)
    base = language
  end
  if language and is_served(base .. tags, now) then return language, base .. tags end
  local kind = string.match(tags, '%+=%a+$')
  if kind then tags = string.sub(tags, 1, -#kind - 1) end
  if language and kind and is_served(base .. tags, now) then
    local reason = kind == '+=session' and 'they have no slot for it (session_slots), or' or 'they'
    return nil, {'LANGUAGE', 'no worker that offers ' .. (language ~= '' and language or 'anything')
                 .. ' takes this kind of work: ' .. reason .. ' are of an earlier version (judge workers)', '', served()}
  end
  if language and tags ~= '' and is_served(base, now) then
    local wanted, there = string.gsub(string.sub(tags, 2), '%+', ', '), served(base)
    local who = language == '' and 'no worker' or 'no worker that offers ' .. language
    return nil, {'TAGS', who .. ' has all of the tags ' .. wanted .. '; there are ' .. (there ~= '' and there or 'none')
                 .. ' (judge workers)'}
  end
  local plain, wanted = string.match(word, '^%s*([^@]-)%s*@%s*(.-)%s*$')
  local of = plain and named(plain)
  if of then
    local there = versions_served(of)
    return nil, {'LANGUAGE', "no worker offers version '" .. string.gsub(string.sub(wanted, 1, 64), '%c', '?') .. "' of " .. of
                 .. '; there are: ' .. (there ~= '' and there or 'none that can be named'), of, there}
  end
  local offered = served()
  local they = '; they offer ' .. (offered ~= '' and offered or 'nothing')
  if language then
    return nil, {'LANGUAGE', 'no worker offers ' .. language .. they .. '; judge languages install ' .. language
                 .. ', on a worker, makes it offered', '', offered}
  end
  local shown, near = string.gsub(string.sub(word, 1, 64), '%c', '?'), near_language(string.sub(string.lower(word), 1, 32))
  return nil, {'LANGUAGE', "no language '" .. shown .. "'" .. (near ~= '' and '; did you mean ' .. near .. '?' or '')
               .. '; the workers offer ' .. (offered ~= '' and offered or 'nothing'), near, offered}
end
