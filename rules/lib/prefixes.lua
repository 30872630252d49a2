-- Rows of a zone map that stand in a table: each has a prefix, and may have a zone and a number of digits of its own. A table of
-- 100,000 prefixes becomes as many parts as there are zones and numbers of digits in it.

local use, native = ...
local report = use "report"
local tables = use "tables"
local types = use "types"

local prefixes = {}
local find, at = report.find, report.at

-- Does the row of a zone map take anything from a table, besides what follows its prefixes?
function prefixes.is_of_table(row)
    return type(row.zone) == "table" or row.prefix ~= nil and row.prefix.column ~= nil or row.digits ~= nil and row.digits.column ~= nil
end

-- The table, and the names of its columns by field; nil after findings.
local function open(row)
    local names, list = {}, {}
    local name = row.prefix and row.prefix.column and row.prefix.column.table
    for _, field in ipairs { "prefix", "zone", "digits" } do
        local column = type(row[field]) == "table" and row[field].column
        if column then
            if column.table ~= name then
                find("zone_table_columns", at(row.place, field == "zone" and 1 or field))
                return nil
            end
            names[field] = column.name
            list[#list + 1] = column.name
        end
    end
    if not name or row.number or row.followed_by or row.rest then
        find("zone_table_columns", row.place)
        return nil
    end
    return tables.open(name, row.prefix.place, list), names
end

local function read_prefix(cell)
    return #cell > 0 and #cell <= 32 and not string.find(cell, "%D") and cell or nil
end

local function read_zone(cell)
    return #cell <= 64 and string.find(cell, "^%a[%w_-]*$") and cell or nil
end

-- "10", "7..11"; "*" and nothing are any number of digits. A number is at least as long as its prefix.
local function read_digits(cell, prefix)
    if cell == "" or cell == "*" then
        return 0, 0
    end
    local min = string.match(cell, "^%d%d?$")
    local max = min
    if not min then
        min, max = string.match(cell, "^(%d%d?)%.%.(%d%d?)$")
    end
    min, max = math.tointeger(tonumber(min)), math.tointeger(tonumber(max))
    if min and min >= 1 and max <= 32 and min <= max and max >= #prefix then
        return min, max
    end
end

local function wrong_cell(table_, row, column, wanted)
    find("cell", tables.cell(table_, row, column), { row = table_.lines[row], column = column,
        got = native.shorten(table_.cells[column][row]), wanted = wanted })
end

-- Two rows with one prefix may stand side by side only if no number can have the digits of both.
local function check_repeated(seen, table_, name, row, entry)
    local other = seen[entry.prefix]
    seen[entry.prefix] = entry
    entry.before = other
    while other do
        if entry.max == 0 or other.max == 0 or (entry.min <= other.max and other.min <= entry.max) then
            find("cell_repeated", tables.cell(table_, row, name), { row = table_.lines[row], column = name, got = entry.prefix,
                first = table_.lines[other.row] })
            return
        end
        other = other.before
    end
end

-- One row of the table: { prefix, zone, min, max, row }; nil after a finding.
local function read_row(row, table_, names, number)
    local cells = table_.cells
    local entry = { row = number, min = row.digits and row.digits.min or 0, max = row.digits and row.digits.max or 0 }
    entry.prefix = read_prefix(cells[names.prefix][number])
    if not entry.prefix then
        return wrong_cell(table_, number, names.prefix, types.wanted.digits)
    end
    if names.digits then
        entry.min, entry.max = read_digits(cells[names.digits][number], entry.prefix)
        if not entry.min then
            return wrong_cell(table_, number, names.digits, types.wanted.digit_count)
        end
    end
    entry.zone = row.zone
    if names.zone then
        entry.zone = read_zone(cells[names.zone][number])
        if not entry.zone then
            return wrong_cell(table_, number, names.zone, types.wanted.id)
        end
    end
    return entry
end

-- The parts of a table, in the order in which they come up: { zone, min, max, prefixes, place }; nil after findings that say why.
function prefixes.read(row)
    local table_, names = open(row)
    if not table_ then
        return nil
    end
    local parts, by_key, seen = {}, {}, {}
    for number in ipairs(table_.lines) do
        local entry = read_row(row, table_, names, number)
        if entry then
            check_repeated(seen, table_, names.prefix, number, entry)
            local key = (entry.zone or "") .. " " .. entry.min .. " " .. entry.max
            local part = by_key[key]
            if not part then
                part = { zone = entry.zone, min = entry.min, max = entry.max, prefixes = {},
                    place = { file = table_.path, line = table_.lines[number] } }
                by_key[key] = part
                parts[#parts + 1] = part
            end
            part.prefixes[#part.prefixes + 1] = entry.prefix
        end
    end
    return parts
end

return prefixes
