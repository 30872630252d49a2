-- Reads what the words declared, by the schema alone: known fields, types, defaults, rows and items. A record comes out with its
-- fields in normal form and its place; what is wrong is reported, and read on.

local use, native = ...
local report = use "report"
local failed = use "failed"
local declare = use "declare"
local schema = use "schema"
local types = use "types"

local read = {}
local find, at, readers = report.find, report.at, types.readers

local function read_type(kind, value, place)
    if type(kind) == "string" then
        return readers[kind](value, place)
    end
    return readers[kind[1]](value, place, table.unpack(kind, 2))
end

local function is_list(value)
    return type(value) == "table" and not declare.made(value)
end

-- The positional entries of a table that a script wrote, as they stand in it.
local function entries(body)
    local index = 0
    return function()
        index = index + 1
        local entry = rawget(body, index)
        if entry ~= nil then
            return index, entry
        end
    end
end

-- One value, or several in braces.
function readers.list(value, place, kind)
    if not is_list(value) then
        local one = read_type(kind, value, place)
        return one ~= nil and { one } or nil
    end
    local list, seen, sound = {}, {}, true
    for index, entry in entries(value) do
        local one = read_type(kind, entry, at(place, index))
        if one == nil then
            sound = false
        elseif type(one) ~= "table" and seen[one] then
            find("repeated", at(place, index), { name = one })
            sound = false
        else
            seen[one] = true
            list[#list + 1] = one
        end
    end
    for key in report.entries(value) do
        if math.type(key) ~= "integer" or key < 1 or key > #value then
            types.wrong(value, at(place, key), { en = "a list", zh = "列表", like = '{ "…", "…" }' })
            sound = false
        end
    end
    return sound and list or nil
end

-- A list in which one thing may stand several times.
function readers.list_with_repeats(value, place, kind)
    if not is_list(value) then
        return types.wrong(value, place, types.wanted.table)
    end
    local list, sound = {}, true
    for index, entry in entries(value) do
        list[index] = read_type(kind, entry, at(place, index))
        sound = sound and list[index] ~= nil
    end
    return sound and list or nil
end

-- What `other` reads, or { column = { table, column }, place }.
local function read_or_column(value, place, other)
    local declaration = type(value) == "table" and declare.made(value)
    if not declaration then
        return other()
    end
    local name, column = string.match(declaration.id or "", "^([%w_-]+)%.([%w_-]+)$")
    if declaration.word ~= "column" or not name then
        return types.wrong(value, place, types.wanted.column)
    end
    return { column = { table = name, name = column }, place = declaration.place }
end

function readers.list_or_column(value, place, kind)
    return read_or_column(value, place, function() return readers.list(value, place, kind) end)
end

function readers.or_column(value, place, kind)
    return read_or_column(value, place, function() return read_type(kind, value, place) end)
end

-- The name of a table and the columns it must have; tables.lua opens it.
function readers.table(value, place, ...)
    local name = readers.id(value, place)
    return name and { name = name, columns = { ... }, place = place }
end

function readers.record(value, place, name)
    if not is_list(value) then
        return types.wrong(value, place, types.wanted.table)
    end
    return read.fields(schema.records[name], value, place, name)
end

function readers.rows(value, place, name)
    if not is_list(value) then
        return types.wrong(value, place, types.wanted.table)
    end
    local rows = {}
    for index, entry in entries(value) do
        rows[#rows + 1] = readers.record(entry, at(place, index), name)
    end
    return rows
end

-- One record, or several in braces.
function readers.records(value, place, name)
    if is_list(value) and value[1] ~= nil then
        return readers.rows(value, place, name)
    elseif is_list(value) and report.entries(value)() == nil then
        find("no_entries", place, { word = types.field_of(place) })
        return nil
    end
    local one = readers.record(value, place, name)
    return one and { one }
end

-- A package that is held: its id, or a record with dates.
function readers.holding(value, place)
    if is_list(value) then
        return readers.record(value, place, "test_holding")
    end
    local id = readers.id(value, place)
    return id and { package = id, place = place }
end

-- Fields that rows share; cases (tests.lua) read them.
function readers.shared(value, place)
    return is_list(value) and value or types.wrong(value, place, types.wanted.table)
end

local function field_names(definition)
    local names = {}
    for _, field in ipairs(definition.fields) do
        if not field.at then
            names[#names + 1] = field[1]
        end
    end
    return names
end

-- Reports keys that no field, row or item has; true if there are none.
local function check_keys(definition, body, place, name)
    local known, sound = {}, true
    for _, field in ipairs(definition.fields) do
        known[field.at or field[1]] = true
    end
    local positions = definition.rows or definition.items or definition.lists or definition.names
    for key in report.entries(body) do
        local positional = math.type(key) == "integer" and key >= 1 and key <= #body
        if not known[key] and not (positional and positions) and not declare.is_nothing(body[key]) then
            local shown = type(key) == "string" and native.shorten(key) or "[" .. tostring(types.show(key).en) .. "]"
            if math.type(key) == "integer" then
                shown = "[" .. key .. "]"
            end
            find("unknown_field", at(place, key), { word = name, name = shown,
                near = report.nearest(key, field_names(definition)), fields = table.concat(field_names(definition), ", ") })
            sound = false
        end
    end
    return sound
end

-- Those fields of a definition that a table has.
function read.given(definition, body, place, name)
    local record = { place = place, broken = not check_keys(definition, body, place, name) }
    for _, field in ipairs(definition.fields) do
        local value = body[field[1]]
        if value ~= nil then
            record[field[1]] = read_type(field[2], value, at(place, field[1]))
            record.broken = record.broken or record[field[1]] == nil
        end
    end
    return record
end

-- The fields of a definition, from a table; those that it lacks are as in `shared`, which was read before.
function read.fields(definition, body, place, name, shared)
    local record = { place = place, broken = not check_keys(definition, body, place, name) }
    for _, field in ipairs(definition.fields) do
        local key = field.at or field[1]
        local value = body[key]
        if value == nil and shared and shared[field[1]] ~= nil then
            record[field[1]] = shared[field[1]]
        elseif value == nil then
            record[field[1]] = field.default
            if field.required and not record.broken then
                find("missing_field", place, { word = name, field = field[1], say = field.say })
            end
            record.broken = record.broken or field.required
        else
            record[field[1]] = read_type(field[2], value, field.at and at(place, field.at) or at(place, field[1]))
            record.broken = record.broken or record[field[1]] == nil
        end
    end
    return record
end

-- The plain words inside of a declaration: { tariff = { … }, allowance = { … } }, each in written order, and all of them in `entries`.
local function read_items(word, body, place, record)
    local allowed = {}
    record.entries = {}
    for _, name in ipairs(word.items) do
        allowed[name] = true
        record[name] = {}
    end
    for index, entry in entries(body) do
        local declaration = type(entry) == "table" and declare.made(entry)
        if declaration and allowed[declaration.word] then
            declaration.used = true
            local item = read.declaration(declaration)
            table.insert(record[declaration.word], item)
            table.insert(record.entries, item)
        elseif not declare.is_nothing(entry) then
            find("not_an_item", at(place, index), { word = word[1], got = types.show(entry),
                items = table.concat(word.items, ", ") })
        end
    end
end

-- The positional entries of a word that stands for several things: { name, … }, each as its type reads it.
local function read_names(word, body, place, record)
    record.names = {}
    for index, entry in entries(body) do
        table.insert(record.names, read_type(word.names, entry, at(place, index)))
    end
    if #body == 0 then
        find("no_entries", place, { word = word[1] })
    end
end

-- What a word declared, as a record.
function read.declaration(declaration)
    if declaration.record then
        return declaration.record
    end
    local word, body, place = declaration.schema, declaration.body, declaration.place
    local record
    if word.free then
        record = { place = place, body = body }
    elseif word.value then
        record = { place = place, value = read_type(word.value, declaration.id, place) }
        record.broken = record.value == nil
    else
        record = read.fields(word, body, place, word[1])
    end
    if declaration.id and not word.value then
        record.id = readers[word.title and "text" or "id"](declaration.id, place)
    end
    record.word = word[1]
    if word.rows then
        record.rows = {}
        for index, entry in entries(body) do
            if not declare.is_nothing(entry) then
                record.rows[#record.rows + 1] = readers.record(entry, at(place, index), word.rows)
            end
        end
        if #body == 0 then
            find("no_entries", place, { word = word[1] })
        end
    elseif word.items then
        read_items(word, body, place, record)
    elseif word.names then
        read_names(word, body, place, record)
    end
    declaration.record = record
    return record
end

-- Two declarations of one word with one id, where the word is not one of versions.
local function check_ids(words)
    for name, records in pairs(words) do
        local first = {}
        for _, record in ipairs(records) do
            local id = record.id
            if id and first[id] and not record.many then
                find("duplicate_id", record.place, { word = name, id = id, place = report.name(first[id].place) })
            end
            first[id or ""] = first[id or ""] or record
        end
    end
end

-- Which words a plain word may stand in, for sentences.
local function parents_of(name, words)
    local parents = {}
    for _, word in ipairs(words) do
        for _, item in ipairs(word.items or {}) do
            if item == name then
                parents[#parents + 1] = word[1] .. (word.form == "plain" and " { … }" or ' "…" { … }')
            end
        end
    end
    return table.concat(parents, ", ")
end

-- What a word declares, for sentences.
read.what_names = {
    service = { en = "service", zh = "业务" }, zones = { en = "zone map", zh = "号段表" },
    calendar = { en = "calendar", zh = "日历" }, package = { en = "package", zh = "优惠包" },
    tax = { en = "tax code", zh = "税码" }, plan = { en = "plan", zh = "定价计划" },
    offering = { en = "offering", zh = "销售品" }, product = { en = "product", zh = "产品" },
    table = { en = "table", zh = "决策表" }, topup = { en = "rule for top-ups", zh = "充值规则" },
}

-- Names of what no word declared.
local function check_references(words)
    local names, known = {}, {}
    for what in pairs(read.what_names) do
        names[what], known[what] = {}, {}
        for _, record in ipairs(words[what] or {}) do
            table.insert(names[what], record.id)
            known[what][record.id or ""] = true
        end
    end
    for _, reference in ipairs(types.references) do
        if not known[reference.what][reference.name] and not failed.may_declare(reference.what, reference.name) then
            find("unknown_name", reference.place, { what = read.what_names[reference.what], name = reference.name,
                near = report.nearest(reference.name, names[reference.what]) })
        end
    end
end

-- All that was declared, by word: { package = { record, … }, … }, each in the order it was declared.
function read.all(words)
    local result = {}
    for _, word in ipairs(words) do
        result[word[1]] = {}
    end
    for _, declaration in ipairs(declare.list) do
        if not declaration.body then
            if not failed.is(declaration.file) then -- else the script may have ended in its braces
                find("unfinished_word", declaration.place, { word = declaration.word, id = native.shorten(declaration.id) })
            end
        elseif not declare.is_nothing(declaration.body) then
            local record = read.declaration(declaration)
            record.many = declaration.schema.many
            table.insert(result[declaration.word], record)
        end
    end
    for _, declaration in ipairs(declare.plain) do
        if declaration.schema.top then
            table.insert(result[declaration.word], read.declaration(declaration))
            declaration.used = true
        end
    end
    for _, declaration in ipairs(declare.plain) do
        if not declaration.used and not failed.is(declaration.file) then
            find("wrong_place", declaration.place, { word = declaration.word, parents = parents_of(declaration.word, words) })
        end
    end
    check_ids(result)
    check_references(result)
    return result
end

return read
