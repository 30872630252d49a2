-- Readers of ranges, for tests that sweep through them: "1..7200", "1 KB..10 MB, every 1 KB", and of times.

local use = ...
local report = use "report"
local types = use "types"

local find, readers = report.find, types.readers

local wanted = {
    range = { en = "a range such as \"1..7200\" or \"1 KB..1 MB, every 1 KB\", its ends included",
        zh = "范围（含两端），例如 \"1..7200\" 或 \"1 KB..1 MB, every 1 KB\"", like = '"1..7200"' },
    time_range = { en = "a range of times such as \"2026-03-01 00:00:00..2026-04-01 00:00:00, every 1 hour\", its ends included",
        zh = "时间范围（含两端），例如 \"2026-03-01 00:00:00..2026-04-01 00:00:00, every 1 hour\"",
        like = '"2026-03-01 00:00:00..2026-03-02 00:00:00, every 1 hour"' },
}

-- first, last, every; the last of them may be nil
local function cut(value)
    local first, rest = string.match(type(value) == "string" and value or "", "^(.-)%.%.(.+)$")
    if first then
        local last, every = string.match(rest, "^(.-), every (.+)$")
        return first, last or rest, every
    end
end

local function number_of(text, unit)
    if string.find(text, "^%d+$") and #text <= 15 then
        return math.tointeger(tonumber(text))
    end
    local quantity = types.quantity_of(text)
    return quantity and quantity.what == unit and quantity.count
end

-- { first, last, every }, in units
function readers.range(value, place, unit)
    local first, last, every = cut(value)
    first, last = first and number_of(first, unit), last and number_of(last, unit)
    every = every and number_of(every, unit) or not every and 1
    if not first or not last or not every or every < 1 then
        return types.wrong(value, place, wanted.range)
    elseif last < first then
        find("empty_range", place)
        return nil
    end
    return { first = first, last = last, every = every }
end

-- { first, last, every }: moments, and seconds
function readers.time_range(value, place)
    local first, last, every = cut(value)
    first, last = first and types.moment_of(first), last and types.moment_of(last)
    every = every and number_of(every, "second")
    if not first or not last or not every or every < 1 then
        return types.wrong(value, place, wanted.time_range)
    end
    return { first = first, last = last, every = every }
end
