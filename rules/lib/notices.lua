-- What packages tell: thresholds of what they count, and times before an end.

local use, native = ...
local report = use "report"
local failed = use "failed"
local types = use "types"

local notices = {}
local find, at, readers = report.find, report.at, types.readers

local LEADS_MAX = 999

types.wanted.threshold = { en = "a percentage, a quantity or an amount, such as \"10%\", \"1000 items\" or \"5.00\"",
    zh = "百分比、数量或金额，例如 \"10%\"、\"1000 items\"、\"5.00\"", like = '"10%"' }
types.wanted.lead_time = { en = "a number of days, months or years, such as \"30 days\", at most " .. LEADS_MAX,
    zh = "若干日、月或年，例如 \"30 days\"，至多 " .. LEADS_MAX, like = '"30 days"' }

-- { parts per million } of "10%", { micros } of "5.00", or { what, count } of "1000 items"; with the text and the place
function readers.threshold(value, place)
    local read
    if type(value) == "string" and string.find(value, "%%$") then
        local parts = readers.percent(value, place, 0)
        read = parts and { parts = parts, text = value }
    elseif type(value) ~= "number" and native.micros(value) then
        local micros = readers.money(value, place, 0)
        read = micros and { micros = micros, text = native.amount(micros) }
    else
        local quantity = types.quantity_of(value)
        read = quantity and { what = quantity.what, count = quantity.count, text = value }
            or types.wrong(value, place, types.wanted.threshold)
    end
    if read then
        read.place = place
    end
    return read or nil
end

local cycles = { day = "day", days = "day", month = "month", months = "month", year = "year", years = "year" }

-- { count = 30, every = "day", text, place }, from "30 days"
function readers.lead_time(value, place)
    local digits, unit = string.match(type(value) == "string" and value or "", "^(%d%d?%d?) (%a+)$")
    local count = math.tointeger(tonumber(digits))
    if not count or count == 0 or not cycles[unit] then
        return types.wrong(value, place, types.wanted.lead_time)
    end
    return { count = count, every = cycles[unit], text = value, place = place }
end

local ways = { "left", "used", "before" }

-- Which of them it says: exactly one; nil after a finding.
local function way_of(record)
    local way
    for _, field in ipairs(ways) do
        if record[field] and way then
            find("notify_one_way", at(record.place, field), { first = way, second = field })
            return nil
        end
        way = record[field] and field or way
    end
    if not way and not record.broken then
        find("notify_nothing", record.place, { id = record.id or "?" })
    end
    return way
end

-- What it names of what the package counts; nil after a finding, or where it names nothing.
local function find_counter(record, counted)
    local ids = {}
    for _, entry in ipairs(counted) do
        if entry.id == record.of then
            return entry
        end
        ids[#ids + 1] = entry.id
    end
    if not failed.mentions(record.of) then
        find("unknown_name", at(record.place, "of"), { what = { en = "allowance, limit, cap or other counter in this package",
            zh = "免费资源、限额、封顶或其他计数器（本优惠包中）" }, name = record.of, near = report.nearest(record.of, ids) })
    end
end

-- Is a threshold in what the counter counts?
local function check_unit(threshold, entry)
    local money = entry.record.word == "cap"
    if threshold.parts or money and threshold.micros or not money and (not entry.unit or threshold.what == entry.unit) then
        return true
    end
    local amount = { en = "an amount of money", zh = "金额" }
    find("notify_unit", threshold.place, { got = threshold.micros and amount or types.unit_names[threshold.what],
        wanted = money and amount or types.unit_names[entry.unit], id = entry.id })
    return false
end

-- What it is of all there is, exactly: a threshold of 10 % is a million times as much as its parts.
local function compare(threshold, amount)
    if threshold.parts then
        return threshold.parts, 1000000
    end
    return threshold.micros or threshold.count, amount
end

local function check_threshold(record, way, threshold, entry)
    if not check_unit(threshold, entry) then
        return
    end
    if not entry.amount then
        local counts = entry.record.word ~= "allowance" and entry.record.word ~= "cap" and entry.record.word ~= "limit"
        if counts and (threshold.parts or way == "left") then
            find("notify_without_total", threshold.place, { id = entry.id })
        elseif counts and threshold.count == 0 then
            find("notify_never", threshold.place, { id = record.id or "?", text = threshold.text })
        end
        return
    end
    local wanted, whole = compare(threshold, entry.amount)
    if way == "left" and wanted >= whole or way == "used" and (wanted > whole or wanted == 0) then
        find("notify_never", threshold.place, { id = record.id or "?", text = threshold.text })
    end
end

-- Days of the shortest so many months that follow each other.
local months_days = { 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334, 365 }

local function months_of(span)
    return span.every == "year" and 12 * span.count or span.every == "month" and span.count
end

-- Can so long before an end lie before what ends has begun?
local function reaches_beginning(lead, span)
    local lead_months, span_months = months_of(lead), months_of(span)
    if lead_months and span_months then
        return lead_months >= span_months
    elseif lead_months then
        return 31 * lead_months > span.count
    end
    local days = span_months and span_months // 12 * 365 + (months_days[span_months % 12] or 0) or span.count
    return lead.count >= days
end

local function check_lead(record, lead, allowance)
    local given = allowance.record
    local span = given.every == "once" and given.valid or given.every and given.every ~= "once" and { count = 1, every = given.every }
    if span and given.carry_over then
        span = { count = span.count + given.carry_over.count, every = span.every }
    end
    if span and reaches_beginning(lead, span) then
        find("notify_too_early", lead.place, { id = record.id or "?", text = lead.text, of = allowance.id or "?" })
    end
end

-- No threshold may stand twice.
local function check_repeated(list)
    local seen = {}
    for _, entry in ipairs(list) do
        local key = string.format("%s %s %s %s %s", entry.parts, entry.micros, entry.what, entry.count, entry.every)
        if seen[key] then
            find("repeated", entry.place, { name = entry.text })
        end
        seen[key] = true
    end
end

local function check_of(record, way, counted)
    local entry = record.of and find_counter(record, counted)
    if not record.of and way ~= "before" then
        find("notify_without_of", at(record.place, way), { field = way })
    elseif way == "before" and entry and entry.record.word ~= "allowance" then
        find("notify_no_end", at(record.place, "of"), { id = entry.id, word = entry.record.word })
    elseif entry then
        for _, one in ipairs(record[way]) do
            if way == "before" then
                check_lead(record, one, entry)
            else
                check_threshold(record, way, one, entry)
            end
        end
    end
end

-- The notices of a package; `counted` is all that it counts.
function notices.build(records, counted)
    local list = {}
    for index, record in ipairs(records) do
        local way = way_of(record)
        list[index] = { id = record.id, record = record, place = record.place, way = way, thresholds = way and record[way] or {} }
        if way then
            check_repeated(record[way])
            check_of(record, way, counted)
            if #record[way] == 0 then
                find("no_entries", at(record.place, way), { word = way })
            end
        end
    end
    return list
end

-- Blanks that their texts may have.
local blanks = { "amount", "last", "left", "package", "threshold", "used" }

function notices.need(list, need)
    report.need_said(list, need, blanks)
end

-- For the image.
function notices.flat(notice)
    local thresholds = {}
    for index, one in ipairs(notice.thresholds) do
        thresholds[index] = { text = one.text, parts = one.parts, amount = one.micros or one.count, every = one.every }
    end
    return { id = notice.id, way = notice.way, of = notice.record.of, thresholds = thresholds, say = notice.record.say }
end

return notices
