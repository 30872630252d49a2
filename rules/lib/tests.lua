-- Tests beside the rules: opens their words, and turns what they declared into a list of cases for catalog_test.c.

local use, native = ...
local report = use "report"
local declare = use "declare"
local schema = use "schema"
local read = use "read"
local types = use "types"
local due_tests = use "due_tests"
local events = use "events"
local guards = use "guards"
local occasions = use "occasions"
local orders = use "orders"
local scenarios = use "scenarios"
local sweeps = use "sweeps"
local walks = use "walks"
use "ranges"

local tests = {}
local find, at = report.find, report.at

function tests.open()
    declare.open(schema.tests)
end

-- An entry of the list for C. Its line is that of the word; where in a table its row stands is looked up if it fails.
local function add(list, name, place, entry)
    local declaration = place.declaration
    entry.number, entry.name, entry.file, entry.line = #list, name, declaration.file, declaration.line
    entry.word, entry.nth, entry.row = declaration.word, declaration.nth, place.up and place.key or 0
    list[#list + 1] = entry
end

-- One case; nothing after findings.
local function add_case(list, record, name, place, event, expect)
    if event.broken or expect.broken then
        return
    end
    local unit, quantity = events.quantity(event, event.place or place)
    local expects = events.expected(expect, expect.place or place)
    if not unit or not expects then
        return
    end
    add(list, name, place, { holds = record.holds, used = record.used, expect = expects,
        event = { service = event.service, from = event.from, to = event.to, at = event.at, unit = unit, quantity = quantity,
            attributes = event.attributes } })
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

-- A cell as part of a label: never an address, which differs from one process to the next.
local function shown(cell)
    if type(cell) ~= "table" then
        return type(cell) == "function" and "function" or tostring(cell)
    end
    local parts = {}
    for key, entry in report.entries(cell) do
        local name = type(key) == "string" and key .. " = " or ""
        parts[#parts + 1] = name .. (type(entry) == "table" and "{ … }" or shown(entry))
    end
    return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

-- A row's cells into the fields that they fill. An empty text leaves a field to what the rows share.
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
            label[#label + 1] = shown(cell)
        end
    end
    return type(name) == "string" and name or native.shorten(table.concat(label, ", "))
end

local function add_rows(list, record, body)
    local columns = columns_of(record)
    local event = read.given(schema.records.test_event, record.event, at(record.place, "event"), "the event")
    local expect = read.given(schema.records.test_expect, record.expect, at(record.place, "expect"), "the outcome")
    local sound = columns and not event.broken and not expect.broken
    for index = 1, sound and #body or 0 do
        local row, place = rawget(body, index), at(record.place, index)
        if type(row) ~= "table" or declare.made(row) then
            types.wrong(row, place, { en = "a row in braces", zh = "花括号中的一行", like = '{ "110", 60, "0.00" }' })
        elseif #row ~= #columns then
            find("row_length", place, { got = #row, wanted = #columns })
        else
            local given, wanted = {}, {}
            local label = fill_row(columns, row, given, wanted)
            add_case(list, record, record.id .. " / " .. label, place,
                read.fields(schema.records.test_event, given, place, "the event", event),
                read.fields(schema.records.test_expect, wanted, place, "the outcome", expect))
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

-- What the tests of one word add to the list.
local add_of = {}

function add_of.test(list, record)
    add_case(list, record, record.id, record.place, record.event, record.expect)
end

function add_of.cases(list, record)
    add_rows(list, record, record.place.declaration.body)
end

function add_of.always(list, record)
    local sweep = sweeps.read(record)
    for _, claim in ipairs(sweep and record.claims or {}) do
        add(list, record.id .. " / " .. claim, record.place, { sweep = sweep, claim = claim })
    end
end

function add_of.guard(list, record)
    for _, limit in ipairs(guards.limits(record)) do
        add(list, record.id .. " / " .. limit.name, record.place, { guard = limit })
    end
end

-- Words of which each record is one entry, made by a module of its own; nil after findings.
local read_of = {
    scenario = scenarios.read,
    due = due_tests.read,
    order = orders.read,
    occasion = occasions.read,
    walk = walks.read,
}
for word, read_one in pairs(read_of) do
    add_of[word] = function(list, record)
        local made = read_one(record)
        if made then
            add(list, record.id, record.place, { [word] = made })
        end
    end
end

-- All tests, in the order of files and lines.
function tests.finish()
    declare.close()
    local words = read.all(schema.tests)
    local list = {}
    for _, word in ipairs { "test", "cases", "scenario", "always", "due", "order", "occasion", "walk", "guard" } do
        for _, record in ipairs(words[word]) do
            if not record.broken and record.id then
                events.check_packages(word == "due" and { record.holds, table.unpack(record.besides or {}) } or record.holds)
                events.check_counters(record.used, at(record.place, "used"))
                add_of[word](list, record)
            end
        end
    end
    table.sort(list, by_place)
    return list
end

return tests
