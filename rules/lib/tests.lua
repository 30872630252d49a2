-- Tests beside the rules: opens their words, and turns what they declared into a list of cases for catalog_test.c.

local use, native = ...
local report = use "report"
local declare = use "declare"
local schema = use "schema"
local read = use "read"
local types = use "types"
local due_tests = use "due_tests"

local tests = {}
local find, at = report.find, report.at

local LABEL_BYTES_MAX = 60

function tests.open()
    declare.open(schema.tests)
end

local units = { seconds = "second", bytes = "byte", items = "item" }

-- The event's quantity and unit; nil after a finding.
local function quantity_of(event, place)
    local unit, quantity
    for _, field in ipairs { "seconds", "bytes", "items" } do
        if event[field] and unit then
            find("one_quantity", place)
            return nil
        elseif event[field] then
            unit, quantity = units[field], event[field]
        end
    end
    if not unit then
        find("quantity_missing", place)
    end
    return unit, quantity
end

local expected_fields = { "amount", "zone", "tariff", "parts", "refused", "nearest" }

-- What is expected, as texts and an amount; nil after a finding.
local function expected(expect, place)
    local result, any = {}, false
    for _, field in ipairs(expected_fields) do
        local value = expect[field]
        result[field] = type(value) == "table" and table.concat(value, ", ") or value
        any = any or value ~= nil
    end
    if not any then
        find("nothing_expected", place)
    end
    return any and result or nil
end

local function check_packages(holds)
    local packages = native.packages()
    for _, holding in ipairs(packages and holds or {}) do
        local known = false
        for _, id in ipairs(packages) do
            known = known or id == holding.package
        end
        if not known and holding.package then
            find("unknown_package", holding.place, { name = holding.package, near = report.nearest(holding.package, packages) })
        end
    end
end

-- One case for C; nothing after findings. Its line is that of the word; where in a table its row stands is looked up if it fails.
local function add_case(cases, record, name, place, event, expect)
    local unit, quantity = quantity_of(event, event.place or place)
    local expects = expected(expect, expect.place or place)
    if event.broken or expect.broken or not unit or not expects then
        return
    end
    local declaration = place.declaration
    cases[#cases + 1] = {
        number = #cases, name = name, file = declaration.file, line = declaration.line, word = declaration.word,
        nth = declaration.nth, row = place.up and place.key or 0, holds = record.holds, used = record.used, expect = expects,
        event = { service = event.service, from = event.from, to = event.to, at = event.at, unit = unit, quantity = quantity,
            attributes = event.attributes },
    }
end

local function field_of(name, record)
    for _, field in ipairs(schema.records[record].fields) do
        if field[1] == name then
            return field
        end
    end
end

local function all_columns()
    local names = { "name" }
    for _, field in ipairs(schema.records.test_event.fields) do
        names[#names + 1] = field[1]
    end
    for _, field in ipairs(schema.records.test_expect.fields) do
        names[#names + 1] = "=> " .. field[1]
    end
    return names
end

-- Which field each column fills: { "event" or "expect" or "name", field }; nil after findings.
local function columns_of(record)
    local columns, sound = {}, true
    for index, name in ipairs(record.columns) do
        local outcome = string.match(name, "^=>%s*(.*)$")
        if name == "name" then
            columns[index] = { "name" }
        elseif outcome and field_of(outcome, "test_expect") then
            columns[index] = { "expect", outcome }
        elseif field_of(name, "test_event") then
            columns[index] = { "event", name }
        else
            find("unknown_column", at(at(record.place, "columns"), index), { name = native.shorten(name),
                near = report.nearest(name, all_columns()), choices = '"' .. table.concat(all_columns(), '", "') .. '"' })
            sound = false
        end
    end
    return sound and columns or nil
end

local function copy(map)
    local result = {}
    for key, value in pairs(map) do
        result[key] = value
    end
    return result
end

-- A row's cells into the fields that they fill. An empty text leaves a field out.
local function fill_row(columns, row, event, expect)
    local name
    local label = {}
    for index, column in ipairs(columns) do
        local cell = rawget(row, index)
        local target = column[1] == "event" and event or expect
        if column[1] == "name" then
            name = cell
        elseif cell ~= "" then
            target[column[2]] = cell
        end
        if column[1] == "event" then
            label[#label + 1] = tostring(cell)
        end
    end
    return type(name) == "string" and name or native.shorten(string.sub(table.concat(label, ", "), 1, LABEL_BYTES_MAX))
end

local function add_rows(cases, record, body)
    local columns = columns_of(record)
    for index = 1, columns and #body or 0 do
        local row, place = rawget(body, index), at(record.place, index)
        if type(row) ~= "table" or declare.made(row) then
            types.wrong(row, place, { en = "a row in braces", zh = "花括号中的一行", like = '{ "110", 60, "0.00" }' })
        elseif #row ~= #columns then
            find("row_length", place, { got = #row, wanted = #columns })
        else
            local event, expect = copy(record.event), copy(record.expect)
            local label = fill_row(columns, row, event, expect)
            add_case(cases, record, record.id .. " / " .. label, place,
                read.fields(schema.records.test_event, event, place, "the event"),
                read.fields(schema.records.test_expect, expect, place, "the outcome"))
        end
    end
    if #body == 0 then
        find("no_entries", record.place, { word = "cases" })
    end
end

local function by_place(a, b)
    if a.file ~= b.file then
        return a.file < b.file
    elseif a.line ~= b.line then
        return a.line < b.line
    end
    return a.number < b.number
end

-- All cases, in the order of files and lines.
function tests.finish()
    declare.close()
    local words = read.all(schema.tests)
    local cases = {}
    for _, record in ipairs(words.test) do
        if not record.broken and record.id then
            check_packages(record.holds)
            add_case(cases, record, record.id, record.place, record.event, record.expect)
        end
    end
    for _, record in ipairs(words.cases) do
        if not record.broken and record.id then
            check_packages(record.holds)
            add_rows(cases, record, record.place.declaration.body)
        end
    end
    for _, record in ipairs(words.due) do
        if not record.broken and record.id then
            check_packages { record.holds }
            due_tests.add(cases, record)
        end
    end
    table.sort(cases, by_place)
    return cases
end

return tests
