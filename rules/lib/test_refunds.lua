-- The step of scenarios that refunds a use, and the names by which it knows them (see scenarios.lua).

local use, native = ...
local report = use "report"
local types = use "types"

local refunds = {}
local find, at = report.find, report.at

-- A use may have a name, unlike any other use of the scenario.
function refunds.name_use(scenario, record, unit)
    if record.as and scenario.uses[record.as] then
        find("use_named_twice", at(record.place, "as"), { name = record.as })
    elseif record.as then
        scenario.uses[record.as] = { unit = unit, member = record.member }
    end
end

local units = { seconds = "second", bytes = "byte", items = "item" }

-- How much of it is given back: a number, 0 for all that is left; nil after a finding.
local function part_of(record, unit)
    local part = 0
    for _, field in ipairs { "seconds", "bytes", "items" } do
        if record[field] and (units[field] ~= unit or record[field] == 0 or part > 0) then
            find("part_of_nothing", at(record.place, field), { name = record.use, wanted = types.unit_names[unit] })
            return nil
        end
        part = record[field] or part
    end
    return part
end

-- "sms_10000.units 3", or "most.cap 3.00"
local function check_lines(lines, place)
    for index, line in ipairs(lines or {}) do
        if not string.find(line, "^%a[%w_-]*%.%a[%w_.-]* %d+%.?%d*$") then
            find("counter_line", at(place, index), { got = native.shorten(line) })
        end
    end
end

local function joined(list)
    return list and table.concat(list, ", ")
end

function refunds.give_back(scenario, record)
    local used, names = scenario.uses[record.use], report.sorted_keys(scenario.uses)
    if not used then
        find("unknown_name", at(record.place, 1), { what = { en = "use of this scenario before", zh = "使用（本场景中此前命名的）" },
            name = record.use, near = report.nearest(record.use, names) })
        return nil
    end
    local part, expect = part_of(record, used.unit), record.expect or {}
    check_lines(expect.back, at(at(record.place, "expect"), "back"))
    check_lines(expect.lost, at(at(record.place, "expect"), "lost"))
    return part and { use = record.use, part = part, member = used.member, amount = expect.amount, back = joined(expect.back),
        lost = joined(expect.lost), refused = expect.refused }
end

return refunds
