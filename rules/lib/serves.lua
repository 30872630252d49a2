-- What something serves: usage of services in some of their zones, and what one of their units is in the unit that it counts.

local use = ...
local report = use "report"
local serving = use "serving"
local types = use "types"

local serves = {}
local find, at = report.find, report.at

-- Sums of what is converted stay far from where numbers end.
local CONVERT_MAX = 1 << 40

-- { each, as }, both quantities, from "1 minute = 1 MB"
function types.readers.conversion(value, place)
    local left, right = string.match(type(value) == "string" and value or "", "^(.-) = (.-)$")
    local each, as = types.quantity_of(left), types.quantity_of(right)
    if not each or not as then
        return types.wrong(value, place, types.wanted.conversion)
    end
    for _, quantity in ipairs { each, as } do
        if quantity.count < 1 or quantity.count > CONVERT_MAX then
            find("out_of_range", place, { field = types.field_of(place), got = quantity.count,
                range = { en = "1 to " .. CONVERT_MAX, zh = "在 1 至 " .. CONVERT_MAX .. " 之间" } })
            return nil
        end
    end
    return { each = each, as = as }
end

-- A service is its record.
function serves.build_service(record)
    if record.count and record.unit and record.unit ~= "item" then
        find("count_of_items", at(record.place, "count"), { service = record.id or "?", got = types.unit_names[record.unit] })
    end
    return record
end

local examples = { second = '"60 s"', byte = '"1 KB"', item = '"1 item"' }

local function wrong_unit(quantity, service, place)
    find("wrong_unit", place, { field = types.field_of(place), got = types.unit_names[quantity.what], service = service.id,
        wanted = types.unit_names[service.unit], example = examples[service.unit] })
end

-- The zones that a record names, as a set { name = number }; nil after a finding.
local function resolve_zones(model, record, service)
    local map = service.zones and model.zones[service.zones]
    if not service.zones then
        find("no_zones", at(record.place, "zone"), { service = service.id })
        return nil
    elseif not map then
        return nil
    end
    local set, sound = {}, true
    for index, zone in ipairs(record.zone) do
        set[zone] = map.zone_numbers[zone]
        if not set[zone] then
            find("unknown_name", at(at(record.place, "zone"), index), { what = { en = "zone", zh = "计费区" }, name = zone,
                near = report.nearest(zone, map.zones) })
            sound = false
        end
    end
    return sound and set or nil
end

-- One record: { service, zones (nil for all), convert (nil: none), unit, place }; nil after a finding.
local function resolve(model, record)
    local service = not record.broken and model.services[record.service]
    if not service or service.broken then
        return nil
    end
    local zones = record.zone and resolve_zones(model, record, service)
    local convert = record.convert
    if record.zone and not zones then
        return nil
    elseif convert and convert.each.what ~= service.unit then
        wrong_unit(convert.each, service, at(record.place, "convert"))
        return nil
    end
    return { service = service, zones = zones, convert = convert, unit = convert and convert.as.what or service.unit,
        place = record.place }
end

-- Is a zone of a service among what is served? Without a zone: is any?
function serves.covers(list, service, zone)
    for _, one in ipairs(list) do
        if one.service == service and (not zone or serving.covers(one, zone)) then
            return true
        end
    end
    return false
end

-- Is there usage that both serve?
function serves.overlap(model, a, b)
    for _, one in ipairs(a) do
        for _, zone in ipairs(serving.zones_of(model, one.service)) do
            if serves.covers({ one }, one.service, zone) and serves.covers(b, one.service, zone) then
                return true
            end
        end
    end
    return false
end

-- All that a record serves; nil after findings.
function serves.resolve(model, records)
    local list, sound = {}, records ~= nil
    for index, record in ipairs(records or {}) do
        local one = resolve(model, record)
        list[#list + 1] = one
        sound = sound and one ~= nil
        for before = 1, one and #list - 1 or 0 do
            if serves.overlap(model, { one }, { list[before] }) then
                find("served_twice", records[index].place, { service = one.service.id })
                sound = false
            end
        end
    end
    return sound and list or nil
end

-- Which of the zones that a record names a service has; nil if it has none of them.
local function zones_on(model, service, on)
    local map = service.zones and model.zones[service.zones]
    local set = {}
    for _, zone in ipairs(on.zone) do
        set[zone] = map and map.zone_numbers[zone]
    end
    if next(set) == nil then
        return nil
    end
    return set
end

-- Zones that none of the services has.
local function check_zones(model, on, services)
    local names, known = {}, {}
    for _, service in ipairs(services) do
        local map = service.zones and model.zones[service.zones]
        for _, zone in ipairs(map and map.zones or {}) do
            names[#names + 1], known[zone] = zone, true
        end
    end
    local sound = true
    for index, zone in ipairs(on.zone or {}) do
        if not known[zone] then
            find("unknown_name", at(at(on.place, "zone"), index), { what = { en = "zone", zh = "计费区" }, name = zone,
                near = report.nearest(zone, names) })
            sound = false
        end
    end
    return sound
end

-- The services that a record names; all of them if it names none. Nil if one could not be read.
local function services_on(model, on)
    if not on or not on.service then
        return model.service_list
    end
    local list = {}
    for index, id in ipairs(on.service) do
        local service = model.services[id]
        if not service or service.broken then
            return nil
        elseif on.zone and not service.zones then
            find("no_zones", at(at(on.place, "service"), index), { service = id })
            return nil
        end
        list[index] = service
    end
    return list
end

-- What a record with lists of services and zones is on, as `resolve` has it; everything, if there is none. Nil after a finding.
function serves.on(model, on)
    local services = services_on(model, on)
    if not services or on and (on.broken or not check_zones(model, on, services)) then
        return nil
    end
    local list = {}
    for _, service in ipairs(services) do
        local zones = on and on.zone and zones_on(model, service, on)
        if zones or not (on and on.zone) then
            list[#list + 1] = { service = service, zones = zones or nil }
        end
    end
    return list
end

-- The first of others that takes usage of one, if they take all of it; nil if they don't. Each is { serves, everything }.
function serves.taken_by(model, taken, others)
    local other
    for _, one in ipairs(taken.everything and {} or taken.serves) do
        for _, zone in ipairs(serving.zones_of(model, one.service)) do
            local earlier
            for _, before in ipairs(others) do
                earlier = earlier or (before.everything or serves.covers(before.serves, one.service, zone)) and before or nil
            end
            if serves.covers({ one }, one.service, zone) and not earlier then
                return nil
            end
            other = other or earlier
        end
    end
    for _, before in ipairs(taken.everything and others or {}) do
        other = other or before.everything and before or nil
    end
    return other
end

-- Does a quantity count all that is served in its unit? Else what is served must be converted to it.
function serves.check_unit(quantity, list, place)
    local sound = true
    for _, one in ipairs(list) do
        if one.unit ~= quantity.what then
            sound = false
            if #list == 1 and not one.convert then
                wrong_unit(quantity, one.service, place)
            else
                find(one.convert and "convert_unit" or "convert_missing", one.convert and at(one.place, "convert") or one.place,
                    { field = types.field_of(place), service = one.service.id, got = types.unit_names[one.unit],
                        wanted = types.unit_names[quantity.what], each = examples[one.service.unit]:sub(2, -2),
                        as = examples[quantity.what]:sub(2, -2) })
            end
        end
    end
    return sound
end

-- Nothing is counted here, so that there is nothing to convert.
function serves.check_unconverted(list)
    for _, one in ipairs(list) do
        if one.convert then
            find("convert_useless", at(one.place, "convert"))
        end
    end
end

-- A first step of its own would be that of each unit that is converted.
function serves.check_first(list)
    for _, one in ipairs(list) do
        if one.convert then
            find("convert_with_first", at(one.place, "convert"))
        end
    end
end

-- What is converted must be whole steps.
function serves.check_steps(list, step)
    local sound = true
    for _, one in ipairs(list) do
        if one.convert and one.convert.as.count % step.count ~= 0 then
            find("convert_within_step", at(one.place, "convert"), { got = one.convert.as.count, step = step.count,
                what = types.unit_names[step.what] })
            sound = false
        end
    end
    return sound
end

-- Allowances that pay for tariffs: a step must take a whole number of their units.

local function gcd(a, b)
    while b ~= 0 do
        a, b = b, a % b
    end
    return a
end

-- Is the product of `above` divided by that of `below` whole, and no more than can be counted?
local function is_whole(above, below)
    for _, divisor in ipairs(below) do
        for index, number in ipairs(above) do
            local common = gcd(number, divisor)
            above[index], divisor = number // common, divisor // common
        end
        if divisor ~= 1 then
            return false
        end
    end
    local product = 1
    for _, number in ipairs(above) do
        if number > math.maxinteger // product then
            return false
        end
        product = product * number
    end
    return true
end

-- Does a step of so many units take whole units of an allowance?
local function takes_whole(step, paid, free)
    local from, to = paid.convert, free.convert
    return is_whole({ step, from and from.each.count or 1, to and to.as.count or 1 },
        { from and from.as.count or 1, to and to.each.count or 1 })
end

local function takes_all_whole(tariff, paid, free)
    return takes_whole(tariff.next.size, paid, free) and (not tariff.first or takes_whole(tariff.first.size, paid, free))
end

local function check_taken(model, tariff, allowance)
    for _, paid in ipairs(tariff.serves) do
        for _, free in ipairs(allowance.serves) do
            if paid.service == free.service and (paid.convert or free.convert) and not takes_all_whole(tariff, paid, free) and
                serves.overlap(model, { paid }, { free }) then
                find("step_within_unit", tariff.place, { tariff = tariff.id or "?", allowance = allowance.id or "?",
                    service = paid.service.id, place = report.name(allowance.place) })
                return
            end
        end
    end
end

local function converts(entry)
    for _, one in ipairs(entry.serves or {}) do
        if one.convert then
            return true
        end
    end
    return false
end

-- The allowances that a tariff may use: those of its package that it names, or all there are.
local function usable(tariff, package, all)
    if tariff.uses_any then
        return all
    end
    local named = {}
    for _, number in ipairs(tariff.uses) do
        table.insert(named, package.allowances[number + 1])
    end
    return named
end

-- Every tariff with the allowances that it may use, as far as one of the two converts.
function serves.check_uses(model, packages)
    local all, converting, any = {}, {}, false
    for _, package in ipairs(packages) do
        for _, allowance in ipairs(package.allowances) do
            all[#all + 1] = allowance
            converting[allowance] = converts(allowance)
            any = any or converting[allowance]
        end
        for _, tariff in ipairs(package.tariffs) do
            converting[tariff] = converts(tariff)
            any = any or converting[tariff]
        end
    end
    for _, package in ipairs(any and packages or {}) do
        for _, tariff in ipairs(package.tariffs) do
            for _, allowance in ipairs(not tariff.broken and tariff.next and usable(tariff, package, all) or {}) do
                if allowance.serves and (converting[tariff] or converting[allowance]) then
                    check_taken(model, tariff, allowance)
                end
            end
        end
    end
end

return serves
