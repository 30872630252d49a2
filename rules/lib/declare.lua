-- The words of the language: what a script can say, and the list of what it said. Nothing is judged here; read.lua and the files
-- behind it do that when all scripts have run, so that the order of files does not matter.

local use, native = ...
local report = use "report"

local declare = {
    list = {}, -- declarations of named words, in the order they were made
    plain = {}, -- declarations of plain words
}

-- table → the declaration that made it, for plain words and values
local made = {}

-- How often a word stood on a line, to find its place again.
local seen = {}

-- The words that are open.
local opened = {}

-- `written` is what stands in the script, where it is another word that was meant.
local function new_declaration(word, written, id, body)
    local file, line = native.place()
    local key = (written or word[1]) .. " " .. line .. " " .. file
    seen[key] = (seen[key] or 0) + 1
    local declaration = { word = word[1], written = written, schema = word, id = id, body = body, file = file, line = line,
        nth = seen[key] }
    declaration.place = { declaration = declaration }
    return declaration
end

local function form_of(word)
    if word.form == "named" then
        return word[1] .. ' "id" { … }'
    end
    return word.example or word[1] .. " { … }"
end

local function wrong_call(word)
    report.find("wrong_call", new_declaration(word).place, { word = word[1], form = form_of(word) })
end

-- Is a word asked by a `for` loop for the next thing, with nothing before it? It has none, else the loop would never end.
local function is_asked_by_loop(...)
    return select("#", ...) == 2 and select(2, ...) == nil
end

-- What an unknown word stands for: it takes whatever is done to it, so that the rest of the file is still read.
local nothing = {}
made[nothing] = { word = "nothing", body = nothing }
setmetatable(nothing, {
    __index = function(_, key) return type(key) == "string" and nothing or nil end,
    __call = function(_, ...)
        if is_asked_by_loop(...) then
            return nil
        end
        return nothing
    end,
    __newindex = function() end,
    __metatable = false,
})

-- package "id" { … }
local function named(word, written)
    return function(id, ...)
        if type(id) ~= "string" or is_asked_by_loop(id, ...) then
            wrong_call(word)
            return not is_asked_by_loop(id, ...) and function() end or nil
        end
        local declaration = new_declaration(word, written, id)
        table.insert(declare.list, declaration)
        return function(body)
            if type(body) ~= "table" or declaration.body then
                wrong_call(word)
            else
                declaration.body = body
            end
        end
    end
end

-- tariff { … }
local function plain(word, written)
    return function(body, ...)
        if type(body) ~= "table" or made[body] or is_asked_by_loop(body, ...) then
            wrong_call(word)
            return not is_asked_by_loop(body, ...) and body or nil
        end
        local declaration = new_declaration(word, written, nil, body)
        made[body] = declaration
        table.insert(declare.plain, declaration)
        return body
    end
end

-- column "table.column"; or, of a word that belongs inside of another, advance "1 month"
local function value(word, written)
    return function(text, ...)
        local body = {}
        if type(text) ~= "string" or is_asked_by_loop(text, ...) then
            wrong_call(word)
            return not is_asked_by_loop(text, ...) and nothing or nil
        end
        made[body] = new_declaration(word, written, text, body)
        if word.value then
            table.insert(declare.plain, made[body])
        end
        return body
    end
end

-- The declaration that made a table, or nil.
function declare.made(body)
    return made[body]
end

-- Was it left by a word that does not exist, of which a finding tells already?
function declare.is_nothing(body)
    return body == nothing
end

-- From now on nothing can be declared any more: the words are gone.
function declare.close()
    local names = native.words()
    for _, word in ipairs(opened) do
        names[word[1]] = nil
    end
    setmetatable(names, nil)
end

-- Fills the scripts' environment with the words of a list of the schema.
function declare.open(words)
    local forms = { named = named, plain = plain, value = value }
    local names = native.words()
    opened = words
    local by_name = {}
    for _, word in ipairs(words) do
        by_name[word[1]] = word
        names[word[1]] = forms[word.form](word)
    end
    setmetatable(names, { __index = function(_, name)
        local file, line = native.place()
        local place = { declaration = { file = file, line = line, word = tostring(name), nth = 1 } }
        local near = report.nearest(name, report.sorted_keys(names))
        report.find("unknown_word", place, { name = native.shorten(tostring(name)), near = near })
        -- It is read as the word that was meant: what stands in its braces is no second mistake, and may hold one of its own.
        local meant = by_name[near]
        return meant and forms[meant.form](meant, name) or nothing
    end })
end

return declare
