-- The model as what build_image.c reads: numbers, texts and lists, where places in lists count from 0.

local use = ...
local report = use "report"
local dues = use "dues"
local selling = use "selling"
local params = use "params"

local image = {}

-- The records of a list by what `make` makes of each.
local function map(list, make)
    local made = {}
    for index, entry in ipairs(list) do
        made[index] = make(entry)
    end
    return made
end

-- id → place in the list, from 0
local function places(list)
    local place = {}
    for index, entry in ipairs(list) do
        place[entry.id] = index - 1
    end
    return place
end

local function zone_map(from)
    return {
        id = from.id, of_from = from.of == "from", zones = from.zones, refusals = from.refusals, areas = from.areas,
        own_area = from.own_area and from.zone_numbers[from.own_area] - 1,
        rows = map(from.rows, function(row)
            return { prefixes = row.prefixes, exact = row.exact, digits_min = row.digits_min or 0,
                digits_max = row.digits_max or 0, value = row.value }
        end),
    }
end

local function calendar(from)
    return {
        id = from.id, bands = from.bands, days = from.days, first_year = from.first_year, last_year = from.last_year,
        rules = map(from.rules, function(rule)
            return { band = rule.band - 1, weekdays = rule.weekdays, kinds = rule.kinds, from = rule.from, till = rule.till }
        end),
    }
end

-- The zones that something serves, as numbers; nil for all of them.
local function zone_numbers(serves)
    if not serves.zones then
        return nil
    end
    local numbers = {}
    for _, zone in ipairs(report.sorted_keys(serves.zones)) do
        numbers[#numbers + 1] = serves.zones[zone] - 1
    end
    return numbers
end

-- A package's tariffs add to its meters what they count over a cycle.
local function tiers(from, service, meters)
    local flat = { volume = from.kind == "volume", list = map(from.list, function(tier)
        return { up_to = tier.up_to or math.maxinteger, prices = tier.prices }
    end) }
    local function add(id, money)
        table.insert(meters, { id = id, service = service, every = from.every, money = money })
        return #meters - 1
    end
    if from.every ~= "event" then
        flat.counted = add(from.id, false)
        flat.charged = flat.volume and add(from.id .. ".charged", true) or nil
    end
    return flat
end

local function tariff(from, services, calendars, meters)
    return {
        id = from.id, component = from.component, service = services[from.serves.service.id], zones = zone_numbers(from.serves),
        calendar = from.calendar and calendars[from.calendar.id], first = from.first, next = from.next,
        tiers = from.tiers and tiers(from.tiers, services[from.serves.service.id], meters),
        when = from.when, amount = from.amount, setup = from.setup, minimum = from.minimum, maximum = from.maximum,
        round = from.round, uses_any = from.uses_any, uses = from.uses, say = from.say, line = from.line,
    }
end

local function allowance(from, services)
    return { id = from.id, service = services[from.serves.service.id], zones = zone_numbers(from.serves),
        amount = from.amount, every = from.every, carry = from.record.carry_over and from.record.carry_over.count or 0,
        first_by_day = from.record.first_month == "by_day" }
end

local function serve(from, services)
    return { service = services[from.service.id], zones = zone_numbers(from) }
end

-- A cap or a limit, which adds to the package's meters.
local function bound(from, services, meters)
    local serves = map(from.serves, function(one) return serve(one, services) end)
    table.insert(meters, { id = from.id, service = #serves == 1 and serves[1].service or nil, every = from.every,
        money = from.record.word == "cap" })
    return { meter = #meters - 1, amount = from.amount, serves = serves, say = from.record.say }
end

-- A discount, which may add to the package's meters what its tiers count.
local function discount(from, services, meters)
    if from.counter then
        table.insert(meters, { id = from.counter.id, service = #from.serves == 1 and services[from.serves[1].service.id] or nil,
            every = from.counter.every, money = false })
    end
    return {
        id = from.id, say = from.say, stack = from.stack, bands = from.bands, needs = from.needs, when = from.when, round = from.round,
        serves = map(from.everything and {} or from.serves, function(one) return serve(one, services) end),
        counted = from.counter and #meters - 1,
        tiers = map(from.tiers, function(tier)
            return { up_to = tier.edge or math.maxinteger, parts = tier.parts, amount = tier.amount }
        end),
        line = from.line,
    }
end

-- The discounts of a package that are taken per event, or on a bill.
local function discounts_per(package, bill, services, meters)
    local list = {}
    for _, from in ipairs(package.discounts) do
        if from.bill == bill then
            list[#list + 1] = discount(from, services, meters)
        end
    end
    return list
end

-- Only of a model without errors.
function image.of(model)
    local zone_maps, services, calendars = places(model.zone_list), places(model.service_list), places(model.calendar_list)
    return {
        id = model.id, currency = model.currency, layers = model.layers, components = model.components,
        instructions = model.instructions, texts = model.texts, functions = model.functions,
        zone_maps = map(model.zone_list, zone_map),
        services = map(model.service_list, function(service)
            return { id = service.id, unit = service.unit, zone_map = service.zones and zone_maps[service.zones] }
        end),
        calendars = map(model.calendar_list, calendar), standards = model.standards,
        formula_facts = model.formula_facts,
        decisions = map(model.decision_list, function(decision) return decision.handle end),
        selling = selling.flat(model.selling),
        packages = map(model.packages, function(package)
            local meters = {}
            local function bounds(list)
                return map(list, function(from) return bound(from, services, meters) end)
            end
            return { id = package.id, file = package.file, layer = package.layer, over = package.over, from = package.from.day,
                till = package.till and package.till.day,
                tariffs = map(package.tariffs, function(from) return tariff(from, services, calendars, meters) end),
                allowances = map(package.allowances, function(from) return allowance(from, services) end),
                caps = bounds(package.caps), limits = bounds(package.limits),
                discounts = discounts_per(package, false, services, meters),
                bill_discounts = discounts_per(package, true, services, meters), meters = meters,
                charges = map(package.charges, dues.flat), params = map(package.params, params.flat) }
        end),
    }
end

return image
