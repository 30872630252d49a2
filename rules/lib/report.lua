-- Findings: from a rule of messages.lua, a place and the values of its blanks to native.report.
--
-- A place is { file, line, column } in a table, or { declaration, up, key }: a field inside of what a word declared, whose line and
-- column are looked up in the script only now.

local use, native = ...

local report = {}

-- A value of a blank is a text, a number, or { en = …, zh = … }.
local function in_language(value, language)
    if type(value) == "table" then
        return value[language]
    end
    return tostring(value)
end

local function fill(template, blanks, language)
    return (string.gsub(template, "{([%a_]+)}", function(name)
        local value = blanks[name]
        if value ~= nil then
            return in_language(value, language)
        end
    end))
end

-- Nil where there is no sentence, or one of its blanks has no value: "write {near}" where nothing is near.
local function fill_whole(template, blanks, language)
    if not template then
        return nil
    end
    for name in string.gmatch(template, "{([%a_]+)}") do
        if blanks[name] == nil then
            return nil
        end
    end
    return fill(template, blanks, language)
end

local function path_of(place)
    local path = {}
    while place.up do
        table.insert(path, 1, place.key)
        place = place.up
    end
    return path
end

-- file, line and column of a place
function report.where(place)
    local declaration = place.declaration
    if not declaration then
        return place.file, place.line or 0, place.column or 0
    end
    local line, column = native.locate(declaration, path_of(place))
    return declaration.file, line, column
end

-- "file:line", for sentences
function report.name(place)
    local file, line = report.where(place)
    return line > 0 and file .. ":" .. line or file
end

-- The place of a field inside of a place.
function report.at(place, key)
    return { declaration = place.declaration, up = place, key = key }
end

-- The texts that things of a list name by `say`, where they do: need(key, place, blanks) for each.
function report.need_said(list, need, blanks)
    for _, one in ipairs(list) do
        if one.record.say then
            need(one.record.say, report.at(one.place, "say"), blanks)
        end
    end
end

-- "error", "warning" or "note": what the rule says, but of a release that is older than the rule.
local function severity_of(rule, message)
    local severity = message.severity or "error"
    local loaded = native.loaded_language()
    if severity == "error" and loaded and use("versions").since(rule) > loaded then
        return "warning"
    end
    return severity
end

function report.find(rule, place, blanks)
    local message = use("messages")[rule] -- here, because most catalogs are sound and need none
    if not message then
        error("no message for " .. rule)
    end
    blanks = blanks or {}
    local file, line, column = report.where(place)
    native.report {
        severity = severity_of(rule, message),
        rule = rule, file = file, line = line, column = column,
        say_en = fill(message.en, blanks, "en"), say_zh = fill(message.zh, blanks, "zh"),
        mend_en = fill_whole(message.mend_en, blanks, "en") or fill_whole(message.or_en, blanks, "en"),
        mend_zh = fill_whole(message.mend_zh, blanks, "zh") or fill_whole(message.or_zh, blanks, "zh"),
        propose = fill_whole(message.propose, blanks, "en"),
    }
end

-- The nearest of some names, in quotes or not, or nil: for "write {near}".
function report.nearest(name, names)
    return type(name) == "string" and native.nearest(name, names) or nil
end

-- The keys of a table as a sorted list; they are all texts.
function report.sorted_keys(map)
    local keys = {}
    for key in pairs(map) do
        keys[#keys + 1] = key
    end
    table.sort(keys)
    return keys
end

-- The entries of a table that a script wrote, whose keys may be anything: texts by name, then numbers, then the others, so that
-- findings do not depend on the order of a hash.
function report.entries(map)
    local texts, numbers, others = {}, {}, {}
    for key in pairs(map) do
        local kind = type(key)
        table.insert(kind == "string" and texts or kind == "number" and numbers or others, key)
    end
    table.sort(texts)
    table.sort(numbers)
    table.move(numbers, 1, #numbers, #texts + 1, texts)
    table.move(others, 1, #others, #texts + 1, texts)
    local index = 0
    return function()
        index = index + 1
        local key = texts[index]
        if key ~= nil then
            return key, map[key]
        end
    end
end

-- A name as its place in a list, from 0; nil after a finding, and without a list, when nobody knows.
function report.place_in(list, name, place, what)
    if not list then
        return nil
    end
    for index, entry in ipairs(list) do
        if entry == name then
            return index - 1
        end
    end
    report.find("unknown_name", place, { what = what, name = name, near = report.nearest(name, list) })
    return nil
end

return report
