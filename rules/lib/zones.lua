-- Zone maps: from rows of numbers and prefixes to one list of prefixes with values. The longest prefix wins; of rows that have the same
-- one, the first. So a row may carve a few numbers out of a longer list behind it, but a number that is written out twice is a mistake.

local use, native = ...
local report = use "report"
local prefixes = use "prefixes"
local tables = use "tables"
local types = use "types"
local schema = use "schema"

local zones = {}
local find, at = report.find, report.at

local ZONES_MAX = schema.limits.zones

-- Zones get the values 0, 1, …; refusals follow them when all zones are known.
local function number_of(list, numbers, name)
    if not numbers[name] then
        list[#list + 1] = name
        numbers[name] = #list
    end
    return numbers[name]
end

local function check_kind(row)
    if (row.zone ~= nil) == (row.refuse ~= nil) then
        find("zone_row_kind", row.place)
        return false
    end
    local ways = (row.number and 1 or 0) + (row.prefix and 1 or 0) + (row.rest and 1 or 0)
    if ways ~= 1 or ((row.followed_by or row.digits) and not row.prefix) then
        find("zone_row_digits", row.place)
        return false
    end
    return true
end

-- The parts that follow the prefixes: texts, the place of each by number; and of a column, the numbers of those that are digits.
local function followers(row)
    local list = row.followed_by
    if not list then
        return { "" }, nil
    elseif not list.column then
        return list, function(index) return at(at(row.place, "followed_by"), index) end
    end
    local name = list.column.name
    local table_ = tables.open(list.column.table, list.place, { name })
    if not table_ then
        row.explained = true -- a finding tells already why it has no prefixes
        return {}, nil
    end
    local cells, sound = table_.cells[name], {}
    for index, cell in ipairs(cells) do
        if #cell == 0 or #cell > 32 or string.find(cell, "%D") then
            row.explained = true
            find("cell", tables.cell(table_, index, name), { row = table_.lines[index], column = name,
                got = native.shorten(cell), wanted = types.wanted.digits })
        else
            sound[#sound + 1] = index
        end
    end
    return cells, function(index) return tables.cell(table_, index, name) end, sound
end

-- Is the prefix with these digits taken by a row before, or by this one?
local function taken_by(taken, prefix, min, max)
    local others = taken[prefix]
    if not others then
        return nil
    elseif others.row then
        return others.min <= min and others.max >= max and others.row or nil
    end
    for _, other in ipairs(others) do
        if other.min <= min and other.max >= max then
            return other.row
        end
    end
end

-- Most prefixes are taken once, so one entry needs no list.
local function take(taken, prefix, entry)
    local others = taken[prefix]
    if not others then
        taken[prefix] = entry
    elseif others.row then
        taken[prefix] = { others, entry }
    else
        table.insert(others, entry)
    end
end

local function add_prefix(map, row, prefix, entry, place_of, is_list)
    local other = taken_by(map.taken, prefix, entry.min, entry.max)
    if #prefix > entry.max then
        find("prefix_over_digits", place_of(), { prefix = prefix, digits = entry.max })
        row.explained = true
    elseif not other then
        take(map.taken, prefix, entry)
        table.insert(row.prefixes, prefix)
    elseif other == row or not is_list then
        find("prefix_repeated", place_of(), { prefix = prefix, row = other.index })
        row.explained = true
    end
end

local function add_prefixes(map, row)
    local cells, place_of, sound = followers(row)
    local digits = row.digits or { min = 0, max = 99 }
    local entry = { min = digits.min, max = digits.max, row = row }
    for index, prefix in ipairs(row.prefix) do
        local prefix_place = at(at(row.place, "prefix"), index)
        if sound then
            for _, cell in ipairs(sound) do
                add_prefix(map, row, prefix .. cells[cell], entry, function() return place_of(cell) end, true)
            end
        else
            for cell, text in ipairs(cells) do
                add_prefix(map, row, prefix .. text, entry,
                    function() return place_of and place_of(cell) or prefix_place end, false)
            end
        end
    end
    row.digits_min, row.digits_max = row.digits and digits.min or 0, row.digits and digits.max or 0
end

local function add_numbers(map, row)
    for index, number in ipairs(row.number) do
        local entry = { min = #number, max = #number, row = row }
        add_prefix(map, row, number, entry, function() return at(at(row.place, "number"), index) end, false)
    end
end

local function is_own_area(row)
    if not row.prefix then
        return false
    end
    for _, prefix in ipairs(row.prefix) do
        if prefix == "@own_area" then
            return true
        end
    end
    return false
end

local function add_own_area(map, row)
    if #row.prefix > 1 or row.followed_by or row.digits or row.refuse or map.own_area then
        find("own_area_alone", at(row.place, "prefix"))
    elseif #map.record.area_codes == 0 then
        find("own_area_unknown", at(row.place, "prefix"))
    else
        map.own_area = row.zone
    end
    row.explained = true -- it has no prefixes of its own, and is not dead
end

-- A zone is known even where the rest of its row can't be read.
local function add_name(map, row)
    if row.zone then
        number_of(map.zones, map.zone_numbers, row.zone)
        map.zone_places[row.zone] = map.zone_places[row.zone] or row.place
    elseif row.refuse then
        number_of(map.refusals, map.refusal_numbers, row.refuse)
        map.refusal_places[row.refuse] = map.refusal_places[row.refuse] or row.place
    end
end

local function add_row(map, row)
    row.prefixes = {}
    if row.rest then
        add_prefix(map, row, "", { min = 0, max = 99, row = row }, function() return row.place end, false)
    elseif row.number then
        add_numbers(map, row)
    elseif is_own_area(row) then
        add_own_area(map, row)
    else
        add_prefixes(map, row)
    end
    if #row.prefixes == 0 and not row.explained then
        find("dead_zone_row", row.place)
    end
end

-- A row whose prefixes stand in a table, with zones and digits of their own: a row of the map for each kind of them.
local function add_table_row(map, row)
    local count = 0
    local parts = prefixes.read(row)
    for _, part in ipairs(parts or {}) do
        local own = { zone = part.zone, refuse = row.refuse, index = row.index, place = part.place, prefixes = {},
            digits_min = part.min, digits_max = part.max }
        local entry = { min = part.min, max = part.max > 0 and part.max or 99, row = own }
        add_name(map, own)
        for _, prefix in ipairs(part.prefixes) do
            if not taken_by(map.taken, prefix, entry.min, entry.max) then
                take(map.taken, prefix, entry)
                table.insert(own.prefixes, prefix)
            end
        end
        count = count + #own.prefixes
        table.insert(map.rows, own)
    end
    if parts and #parts > 0 and count == 0 then
        find("dead_zone_row", row.place)
    end
end

local function area_codes(record)
    local areas = {}
    for _, area in ipairs(record.area_codes or {}) do
        if not area.broken then
            for index, prefix in ipairs(area.prefix) do
                if #prefix > area.digits then
                    find("area_code_short", at(at(area.place, "prefix"), index), { prefix = prefix, digits = area.digits })
                end
                areas[#areas + 1] = { prefix = prefix, digits = area.digits }
            end
        end
    end
    local seen = {}
    for _, area in ipairs(areas) do
        if seen[area.prefix] then
            find("repeated", at(record.place, "area_codes"), { name = area.prefix })
        end
        seen[area.prefix] = true
    end
    return areas
end

-- For the image: { id, of, zones, refusals, rows = { { prefixes, exact, digits_min, digits_max, value } }, areas, own_area }.
function zones.build(record)
    local map = { id = record.id, of = record.of, record = record, zones = {}, zone_numbers = {}, zone_places = {},
        refusals = {}, refusal_numbers = {}, refusal_places = {}, taken = {}, rows = {} }
    map.areas = area_codes(record)
    for index, row in ipairs(record.rows) do
        row.index = index
        local of_table = prefixes.is_of_table(row)
        if not of_table then
            add_name(map, row)
        end
        if of_table and not row.broken and check_kind(row) then
            add_table_row(map, row)
        elseif not row.broken and check_kind(row) then
            add_row(map, row)
            table.insert(map.rows, row)
        end
    end
    map.taken = nil
    for _, row in ipairs(map.rows) do
        row.exact = row.number ~= nil
        row.value = row.zone and map.zone_numbers[row.zone] - 1 or #map.zones + map.refusal_numbers[row.refuse] - 1
    end
    if #map.zones > ZONES_MAX then
        find("too_many", record.place, { word = "zones", count = #map.zones, max = ZONES_MAX,
            what = { en = "zones", zh = "计费区" } })
    end
    return map
end

return zones
