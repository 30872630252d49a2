-- What all kinds of tests share: an event's quantity, what is expected of its price, and names of packages and of what they count.

local use, native = ...
local report = use "report"
local sharing = use "sharing"

local events = {}
local find, at = report.find, report.at

local units = { seconds = "second", bytes = "byte", items = "item" }

-- The event's quantity and unit; nil after a finding.
function events.quantity(event, place)
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

local expected_fields = { "amount", "tax", "zone", "tariff", "parts", "refused", "nearest", "notices" }

-- "sms_10000.low 10%", or with the day before it
function events.check_notices(notices, place)
    for index, notice in ipairs(notices or {}) do
        local line = string.gsub(notice, "^%d%d%d%d%-%d%d%-%d%d ", "")
        if not string.find(line, "^%a[%w_-]*%.%a[%w_-]* %S[^,]*$") then
            find("notice_line", at(place, index), { got = native.shorten(notice) })
        end
    end
end

-- What is expected, as texts and an amount; nil after a finding.
function events.expected(expect, place)
    local result, any = {}, false
    for _, field in ipairs(expected_fields) do
        local value = expect[field]
        result[field] = type(value) == "table" and table.concat(value, ", ") or value
        any = any or value ~= nil
    end
    if not any then
        find("nothing_expected", place)
    end
    events.check_notices(expect.notices, at(place, "notices"))
    return any and result or nil
end

-- "package.fee 91.55", of fees or of what comes off a bill
function events.check_fees(fees, place, rule)
    for index, fee in ipairs(fees or {}) do
        if not string.find(fee, "^%a[%w_-]*%.%a[%w_-]* %d+%.%d%d+$") then
            find(rule or "fee_line", at(place, index), { got = native.shorten(fee) })
        end
    end
end

-- Is there such a package in the release that is tested? True where there is no release to ask.
function events.check_package(id, place)
    local packages = native.packages()
    local known = not packages or not id
    for _, one in ipairs(packages or {}) do
        known = known or one == id
    end
    if not known then
        find("unknown_package", place, { name = id, near = report.nearest(id, packages) })
    end
    return known
end

function events.check_packages(holds)
    for _, holding in ipairs(holds or {}) do
        events.check_package(holding.package, holding.place)
        sharing.check_held(holding)
    end
end

-- Does each name stand for something that a package counts? `only` is "allowance" where nothing else will do.
function events.check_counters(used, place, only)
    local counters = native.counters()
    if not counters then
        return
    end
    local names = {}
    for name, kind in pairs(counters) do
        if not only or kind == only then
            names[#names + 1] = name
        end
    end
    table.sort(names)
    for _, entry in ipairs(used or {}) do
        local name = entry.package .. "." .. entry.allowance
        if not counters[name] or only and counters[name] ~= only then
            find("unknown_counter", at(place, entry.name), { name = name, near = report.nearest(name, names) })
        end
    end
end

return events
