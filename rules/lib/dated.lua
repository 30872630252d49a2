-- Versions by date: the same id declared several times, each from a day on.

local use = ...
local report = use "report"
local read = use "read"

local dated = {}
local find, at = report.find, report.at

-- A version that names no first day has always been there.
local ALWAYS = { day = math.mininteger, text = "-" }

function dated.check_span(version)
    local from, till = version.from, version.till
    if from and till and till.day <= from.day then
        find("till_before_from", at(version.place, "till"), { from = from.text, till = till.text })
    end
end

-- Does the second begin where the first ends? A first one that names no end, ends there.
function dated.check_neighbours(before, after)
    local place, from = after.place, after.from or ALWAYS
    local word = place.declaration.word
    local what = read.what_names[word]
    if not before.from and not after.from then
        find("duplicate_id", place, { word = word, id = after.id, place = report.name(before.place) })
    elseif (before.from or ALWAYS).day == from.day then
        find("versions_same_start", at(place, "from"), { what = what, id = after.id, from = from.text, place = report.name(before.place) })
    elseif not before.till then
        before.till = from
    elseif before.till.day < from.day and not before.record.seasonal then
        find("versions_hole", at(before.place, "till"), { what = what, id = after.id, till = before.till.text, from = from.text })
    elseif before.till.day > from.day then
        find("versions_overlap", at(before.place, "till"), { what = what, id = after.id, till = before.till.text, from = from.text })
    end
end

-- By id, then day.
function dated.sort(list)
    table.sort(list, function(a, b)
        local from_a, from_b = (a.from or ALWAYS).day, (b.from or ALWAYS).day
        if a.id ~= b.id then
            return a.id < b.id
        elseif from_a ~= from_b then
            return from_a < from_b
        end
        return report.name(a.place) < report.name(b.place)
    end)
end

-- The records of a word as versions { id, from, till, place, record }, sorted and checked.
function dated.of(records)
    local list = {}
    for _, record in ipairs(records) do
        if record.id then
            list[#list + 1] = { id = record.id, from = record.from, till = record.till, place = record.place, record = record }
            dated.check_span(record)
        end
    end
    dated.sort(list)
    for index = 2, #list do
        if list[index - 1].id == list[index].id then
            dated.check_neighbours(list[index - 1], list[index])
        end
    end
    return list
end

return dated
