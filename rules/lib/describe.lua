-- Writes the language as JSON, for other tools: all words by dialect with their fields, the records, what functions see and give,
-- the types of values, the words that every script has, the limits, and what the checker finds. Texts are in both languages.

local use, native = ...
local report = use "report"
local schema = use "schema"
local manual = use "manual"
local messages = use "messages"

local describe = {}

-- Marks a table as an array, for one that is empty.
local is_array = {}

local function array(list)
    list[is_array] = true
    return list
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t" }

local function quoted(text)
    return '"' .. string.gsub(text, '[%c"\\]', function(letter)
        return escapes[letter] or string.format("\\u%04x", string.byte(letter))
    end) .. '"'
end

local json

local function json_array(list, indent)
    local parts = {}
    for index, value in ipairs(list) do
        parts[index] = json(value, indent)
    end
    return "[" .. table.concat(parts, ", ") .. "]"
end

-- Names in byte order, a line each while few are open around it.
local function json_object(map, indent)
    local parts = {}
    for index, name in ipairs(report.sorted_keys(map)) do
        parts[index] = quoted(name) .. ": " .. json(map[name], indent .. "  ")
    end
    if #indent > 4 then
        return "{ " .. table.concat(parts, ", ") .. " }"
    end
    return "{\n" .. indent .. "  " .. table.concat(parts, ",\n" .. indent .. "  ") .. "\n" .. indent .. "}"
end

function json(value, indent)
    if type(value) == "string" then
        return quoted(value)
    elseif type(value) ~= "table" then
        return tostring(value)
    elseif value[is_array] or #value > 0 then
        return json_array(value, indent)
    end
    return json_object(value, indent)
end

local function both(text)
    return { en = text.en, zh = text.zh }
end

-- "id", { "list", "id" } or { "integer", 1, 32 } as { name, of … }: parameters that are types are described likewise.
local function type_of(kind)
    if type(kind) == "string" then
        return { name = kind }
    end
    local described = { name = kind[1] }
    if type(kind[2]) == "table" or string.find(kind[1], "^list") then
        described.of = type_of(kind[2])
    elseif kind[1] == "record" or kind[1] == "rows" or kind[1] == "records" then
        described.record = kind[2]
    elseif #kind > 1 then
        described.parameters = array { table.unpack(kind, 2) }
    end
    return described
end

local function fields_of(definition)
    local fields = array {}
    for index, field in ipairs(definition.fields) do
        local default = field.default
        if type(default) == "table" and #default == 0 then
            default = nil -- nothing that somebody would write
        end
        fields[index] = { name = field[1], type = type_of(field[2]), required = field.required or false, default = default,
            position = field.at, say = both(field.say) }
    end
    return fields
end

local function words_of(dialect)
    local words = {}
    for _, word in ipairs(dialect.words) do
        words[word[1]] = { form = word.form, say = both(word.say), fields = word.fields and fields_of(word), rows = word.rows,
            items = word.items, names = word.names, versions = word.many and not word.title or nil }
    end
    return words
end

local function records()
    local found = {}
    for name, record in pairs(schema.records) do
        found[name] = { say = both(record.say), fields = fields_of(record) }
    end
    return found
end

local function types()
    local found = {}
    for name, kind in pairs(manual.types) do
        found[name] = { say = both(kind), lua = kind.lua, more = kind.more and both(kind.more), like = kind.like }
    end
    return found
end

-- Rows of { name, text in both languages, type }.
local function named(list)
    local found = {}
    for _, entry in ipairs(list) do
        found[entry[1]] = { say = both(entry[2]), lua = entry[3], only = entry.only }
    end
    return found
end

local function functions()
    local found = {}
    for _, entry in ipairs(manual.functions) do
        found[entry[1]] = { written = entry[2], say = both(entry[3]), lua = entry[4] }
    end
    return found
end

local function limits()
    local found = {}
    for _, limit in ipairs(manual.limits) do
        found[limit[1]] = { value = schema.limits[limit[1]] or native.limits[limit[1]], say = both(limit[2]) }
    end
    return found
end

local function findings()
    local found = {}
    for rule, message in pairs(messages) do
        found[rule] = { severity = message.severity or "error", say = both(message), fix = { en = message.mend_en, zh = message.mend_zh } }
    end
    for rule, finding in pairs(manual.findings) do
        found[rule] = { severity = finding.severity, say = both(finding.say), fix = both(finding.mend) }
    end
    return found
end

function describe.write()
    local dialects = {}
    for _, dialect in ipairs(schema.dialects) do
        dialects[dialect[1]] = words_of(dialect)
    end
    return json({
        language = schema.language, words = dialects, records = records(), types = types(), functions = functions(),
        context = { usage = named(schema.context), time = named(schema.context_at), subject = named(schema.subject) },
        allowed = named(manual.allowed),
        limits = limits(), findings = findings(),
    }, "") .. "\n"
end

return describe
