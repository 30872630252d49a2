-- Calendars: from rows of days and hours to rules that each take whole weekdays, kinds of days and minutes of a day; the first that
-- matches wins. A day is of one of 7 weekdays and of one of 3 kinds: 0 ordinary, 1 holiday, 2 workday (calendar.h).

local use, native = ...
local report = use "report"
local tables = use "tables"
local types = use "types"
local schema = use "schema"

local calendars = {}
local find = report.find

local KINDS, WEEKDAYS, MINUTES = 3, 7, 1440
local RULES_MAX, BANDS_MAX = schema.limits.calendar_rules, schema.limits.calendar_bands

local kind_names = { [0] = { en = "an ordinary %s", zh = "普通的%s" }, { en = "a holiday that is a %s", zh = "节假日的%s" },
    { en = "a workday that is a %s", zh = "调休上班的%s" } }
local weekday_names = { [0] = { "Sunday", "星期日" }, { "Monday", "星期一" }, { "Tuesday", "星期二" }, { "Wednesday", "星期三" },
    { "Thursday", "星期四" }, { "Friday", "星期五" }, { "Saturday", "星期六" } }

local function day_name(kind, weekday)
    return {
        en = string.format(kind_names[kind].en, weekday_names[weekday][1]),
        zh = string.format(kind_names[kind].zh, weekday_names[weekday][2]),
    }
end

local function clock(minute)
    return string.format("%02d:%02d", minute // 60, minute % 60)
end

local function matches(days, kind, weekday)
    for _, day in ipairs(days) do
        if day.kind == kind or (day.weekdays and day.weekdays[weekday]) then
            return true
        end
    end
    return false
end

-- The days of a row, as { mask of weekdays → mask of kinds }, in the order of the kinds.
local function day_masks(row)
    local masks, kinds_of = {}, {}
    for kind = 0, KINDS - 1 do
        local mask = 0
        for weekday = 0, WEEKDAYS - 1 do
            if (not row.days or matches(row.days, kind, weekday)) and not (row.except and matches(row.except, kind, weekday)) then
                mask = mask | 1 << weekday
            end
        end
        if mask ~= 0 and not kinds_of[mask] then
            kinds_of[mask] = 0
            masks[#masks + 1] = mask
        end
        if mask ~= 0 then
            kinds_of[mask] = kinds_of[mask] | 1 << kind
        end
    end
    return masks, kinds_of
end

local function spans_of(row)
    if not row.hours then
        return { { 0, MINUTES } }
    end
    local spans = {}
    for _, hours in ipairs(row.hours) do
        if hours.from < hours.till then
            spans[#spans + 1] = { hours.from, hours.till }
        else
            if row.days or row.except then
                find("hours_over_midnight", report.at(row.place, "hours"))
            end
            spans[#spans + 1] = { hours.from, MINUTES }
            if hours.till > 0 then
                spans[#spans + 1] = { 0, hours.till }
            end
        end
    end
    return spans
end

local function rules_of(calendar, bands)
    local rules = {}
    for _, row in ipairs(calendar.rows) do
        local masks, kinds_of = day_masks(row)
        for _, span in ipairs(spans_of(row)) do
            for _, mask in ipairs(masks) do
                rules[#rules + 1] = { band = bands[row.band], weekdays = mask, kinds = kinds_of[mask], from = span[1],
                    till = span[2], row = row }
            end
        end
    end
    return rules
end

-- The minutes at which some rule begins or ends.
local function edges_of(rules)
    local edges, seen = {}, {}
    for _, rule in ipairs(rules) do
        for _, minute in ipairs { 0, MINUTES, rule.from, rule.till } do
            if not seen[minute] then
                seen[minute] = true
                edges[#edges + 1] = minute
            end
        end
    end
    table.sort(edges)
    return edges
end

local function first_rule(rules, kind, weekday, minute)
    for _, rule in ipairs(rules) do
        if rule.weekdays & 1 << weekday ~= 0 and rule.kinds & 1 << kind ~= 0 and rule.from <= minute and minute < rule.till then
            return rule
        end
    end
end

-- Marks the rules that win somewhere. The first gap found, if any.
local function paint(rules)
    local edges, gap = edges_of(rules), nil
    for kind = 0, KINDS - 1 do
        for weekday = 0, WEEKDAYS - 1 do
            for index = 1, #edges - 1 do
                local rule = first_rule(rules, kind, weekday, edges[index])
                if rule then
                    rule.wins, rule.row.wins = true, true
                elseif not gap then
                    gap = { day = day_name(kind, weekday), from = clock(edges[index]), till = clock(edges[index + 1]) }
                end
            end
        end
    end
    return gap
end

local function band_numbers(calendar)
    local names, numbers = {}, {}
    for _, row in ipairs(calendar.rows) do
        if not numbers[row.band] then
            names[#names + 1] = row.band
            numbers[row.band] = #names
        end
    end
    return names, numbers
end

local kind_numbers = { holiday = 1, workday = 2 }

-- The rows of a table of holidays as { day, kind, year }, in the order of the table; nil after findings.
local function read_days(table_)
    local days, sound, row_of = {}, true, {}
    for row, text in ipairs(table_.cells.date) do
        local kind_text = table_.cells.kind[row]
        local day, year = native.day(text)
        local kind = kind_numbers[kind_text]
        local function cell(rule, column, blanks)
            blanks.row, blanks.column = table_.lines[row], column
            find(rule, tables.cell(table_, row, column), blanks)
            sound = false
        end
        if not day then
            cell("cell", "date", { got = native.shorten(text), wanted = types.wanted.date })
        elseif not kind then
            cell("cell", "kind", { got = native.shorten(kind_text), wanted = { en = "holiday or workday", zh = " holiday 或 workday" } })
        elseif row_of[day] then
            cell("cell_repeated", "date", { got = text, first = table_.lines[row_of[day]] })
        else
            row_of[day] = row
            days[#days + 1] = { day = day, kind = kind, year = year }
        end
    end
    return sound and days or nil
end

-- A year between the first and the last without any row would be taken for one without holidays.
local function check_years(table_, days)
    for index = 2, #days do
        local before, after = days[index - 1].year, days[index].year
        if after > before + 1 then
            find("holiday_year_missing", { file = table_.path, line = 1 }, { before = before, after = after, year = before + 1 })
            return false
        end
    end
    return true
end

local function days_of(calendar)
    local named = calendar.holidays
    local table_ = tables.open(named.name, named.place, named.columns)
    local days = table_ and read_days(table_)
    if not days then
        return nil
    end
    table.sort(days, function(a, b) return a.day < b.day end)
    return check_years(table_, days) and days or nil
end

local function looks_at_kinds(rules)
    for _, rule in ipairs(rules) do
        if rule.wins and rule.kinds ~= (1 << KINDS) - 1 then
            return true
        end
    end
    return false
end

local function check_rows(calendar, rules)
    local gap = paint(rules)
    if gap then
        gap.id = calendar.id
        find("calendar_gap", calendar.place, gap)
    end
    for _, row in ipairs(calendar.rows) do
        if not row.wins then
            find("dead_calendar_rule", row.place)
        end
    end
end

-- For the image: { id, bands, rules, days, first_year, last_year }; also with findings, as far as it is known.
function calendars.build(calendar)
    local built = { id = calendar.id, place = calendar.place, bands = {}, numbers = {}, rules = {} }
    for _, row in ipairs(calendar.rows) do
        if row.broken then
            return built
        end
    end
    built.bands, built.numbers = band_numbers(calendar)
    local rules = rules_of(calendar, built.numbers)
    check_rows(calendar, rules)
    for _, rule in ipairs(rules) do
        if rule.wins then
            table.insert(built.rules, rule)
        end
    end
    if #built.rules > RULES_MAX then
        find("too_many", calendar.place, { word = "calendar", count = #built.rules, max = RULES_MAX,
            what = { en = "rules", zh = "规则" } })
    elseif #built.bands > BANDS_MAX then
        find("too_many", calendar.place, { word = "calendar", count = #built.bands, max = BANDS_MAX,
            what = { en = "bands", zh = "时段" } })
    end
    if calendar.holidays then
        built.days = days_of(calendar)
    elseif looks_at_kinds(built.rules) then
        find("needs_holidays", calendar.place)
    end
    if built.days then
        built.first_year, built.last_year = built.days[1].year, built.days[#built.days].year
    end
    return built
end

return calendars
