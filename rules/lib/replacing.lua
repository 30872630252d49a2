-- Charges that take the place of others, `replaces`: what they name, and whether they ever can.

local use = ...
local report = use "report"
local types = use "types"
local failed = use "failed"
local dues = use "dues"
local layers = use "layers"

local replacing = {}
local find, at = report.find, report.at

-- "base.fee": { package, charge }
function types.readers.charge_name(value, place)
    local package, charge = string.match(type(value) == "string" and value or "", "^(%a[%w_-]*)%.(%a[%w_-]*)$")
    if not charge then
        return types.wrong(value, place, { en = "the name of a charge, such as \"base.fee\"", zh = "收费的名称，例如 \"base.fee\"",
            like = '"base.fee"' })
    end
    return { package = package, charge = charge }
end

-- Do two packages exclude each other, wherever they are sold?
local function exclude(exclusions, one, other)
    for _, record in ipairs(exclusions[one] and exclusions[one][other] or {}) do
        if not record.only then
            return true
        end
    end
    return false
end

-- What a charge replaces, if it can; nil after a finding.
local function find_replaced(package, charge, packages, exclusions)
    local named, place = charge.record.replaces, at(charge.place, "replaces")
    local name = named.package .. "." .. named.charge
    local other = packages.by_name[name]
    if not other then
        if not failed.mentions(named.charge) then
            find("unknown_name", place, { what = { en = "charge", zh = "收费" }, name = name,
                near = report.nearest(name, packages.names) })
        end
    elseif named.package == package.id then
        find("replaces_own", place, { name = name })
    elseif (other.every == "once") ~= (charge.every == "once") then
        find("replaces_other_cycle", place, { name = name })
    elseif exclude(exclusions, package.id, named.package) then
        find("replaces_excluded", place, { name = name, package = package.id, other = named.package })
    else
        return name
    end
end

-- The names by way of which a charge comes back to itself, in order; nil if it does not.
local function circle_of(name, replaced)
    local way, seen, open = {}, {}, { name }
    while #open > 0 do
        for next_name in report.entries(replaced[table.remove(open)] or {}) do
            if next_name == name then
                table.sort(way)
                return way
            elseif not seen[next_name] then
                seen[next_name] = true
                way[#way + 1], open[#open + 1] = next_name, next_name
            end
        end
    end
end

-- All versions of all packages, sorted by id and day.
function replacing.check(model, list)
    local names, by_name = dues.names(list)
    local packages, exclusions = { names = names, by_name = by_name }, layers.exclusions_of(model)
    local replaced, said = {}, {}
    for _, package in ipairs(list) do
        for _, charge in ipairs(package.charges) do
            local name = charge.id and charge.record.replaces and find_replaced(package, charge, packages, exclusions)
            if name then
                local own = package.id .. "." .. charge.id
                replaced[own] = replaced[own] or {}
                replaced[own][name] = true
            end
        end
    end
    for _, name in ipairs(names) do
        local way = not said[name] and circle_of(name, replaced)
        for _, other in ipairs(way or {}) do
            said[other] = true
        end
        if way then
            find("replaces_circular", at(by_name[name].place, "replaces"), { name = name, others = table.concat(way, ", ") })
        end
    end
end

return replacing
