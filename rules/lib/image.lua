-- The model as what build_image.c reads: numbers, texts and lists, where places in lists count from 0.

local use = ...
local report = use "report"
local deposits = use "deposits"
local dues = use "dues"
local leaving = use "leaving"
local notices = use "notices"
local refunds = use "refunds"
local selling = use "selling"
local sessions = use "sessions"
local table_prices = use "table_prices"
local taxes = use "taxes"
local topups = use "topups"
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

-- What a record serves, one service after the other.
local function serve(from, services)
    local convert = from.convert
    return { service = services[from.service.id], zones = zone_numbers(from),
        convert = convert and { each = convert.each.count, as = convert.as.count } }
end

local function serve_all(list, services)
    return map(list, function(one) return serve(one, services) end)
end

-- The one service that moves a counter; nil if several do.
local function only_service(serves)
    for _, one in ipairs(serves) do
        if one.service ~= serves[1].service then
            return nil
        end
    end
    return serves[1] and serves[1].service
end

-- What is counted adds a meter to those of its package, and is known by its place there.
local function add_meter(meters, meter)
    meters[#meters + 1] = meter
    return #meters - 1
end

local function tiers(from, serves, meters)
    local flat = { volume = from.kind == "volume", list = map(from.list, function(tier)
        return { up_to = tier.up_to or math.maxinteger, prices = tier.prices }
    end) }
    local service = only_service(serves)
    if from.every ~= "event" then
        flat.counted = add_meter(meters, { id = from.id, service = service, every = from.every, unit = from.unit, shared = from.shared })
        flat.charged = flat.volume and add_meter(meters, { id = from.id .. ".charged", service = service, every = from.every,
            money = true, shared = from.shared }) or nil
    end
    return flat
end

-- In the image a tariff or an allowance stands once for each entry of what it serves: `add` gets the fields of each.
local function spread(serves, make, add)
    for _, one in ipairs(serves) do
        local flat = make()
        flat.service, flat.zones, flat.convert = one.service, one.zones, one.convert
        add(flat)
    end
end

-- The allowances of a package, and for each in written order where it begins in the list and how often it stands there.
local function allowances(list, services, meters)
    local flat, spans = {}, {}
    for number, from in ipairs(list) do
        local serves = serve_all(from.serves, services)
        local member = from.member_cap and add_meter(meters, { id = from.id .. ".member", service = only_service(serves),
            every = from.every, unit = from.unit })
        spans[number] = { first = #flat }
        spread(serves, function()
            return { id = from.id, amount = from.amount, unit = from.unit, every = from.every, valid = from.record.valid,
                carry = from.record.carry_over and from.record.carry_over.count or 0,
                first_by_day = from.record.first_month == "by_day", shared = from.record.shared, member_cap = from.member_cap,
                member = member }
        end, function(one) flat[#flat + 1] = one end)
        spans[number].till = #flat
    end
    return flat, spans
end

-- Which of them a tariff uses that serves one service: others would not pay for it.
local function used(uses, spans, flat, service)
    local list = {}
    for _, number in ipairs(uses) do
        for index = spans[number + 1].first, spans[number + 1].till - 1 do
            if flat[index + 1].service == service then
                list[#list + 1] = index
            end
        end
    end
    return list
end

local function tariffs(list, names, meters, free, spans)
    local flat = {}
    for _, from in ipairs(list) do
        local serves = serve_all(from.serves, names.services)
        local tiered = from.tiers and tiers(from.tiers, serves, meters)
        spread(serves, function()
            return { id = from.id, component = from.component, calendar = from.calendar and names.calendars[from.calendar.id],
                first = from.first, next = from.next, tiers = tiered, when = from.when, amount = from.amount, setup = from.setup,
                prices = table_prices.flat(from.prices, names.decisions), minimum = from.minimum, maximum = from.maximum,
                round = from.round, uses_any = from.uses_any, uses_own = from.uses_own, refuse = from.record.refuse,
                say = from.say, tax = names.taxes[from.record.tax or ""], line = from.line }
        end, function(one)
            one.uses = used(from.uses, spans, free, one.service)
            flat[#flat + 1] = one
        end)
    end
    return flat
end

-- A cap or a limit, which adds to the package's meters.
local function bound(from, services, meters)
    local serves = serve_all(from.serves, services)
    local meter = add_meter(meters, { id = from.id, service = only_service(serves), every = from.every, unit = from.unit,
        money = from.record.word == "cap", shared = from.record.by == "package" })
    return { meter = meter, amount = from.amount, serves = serves, say = from.record.say }
end

-- A discount, which may add to the package's meters what its tiers count.
local function discount(from, services, meters)
    local serves = serve_all(from.serves, services)
    local counter = from.counter and
        add_meter(meters, { id = from.counter.id, service = only_service(serves), every = from.counter.every, unit = from.counter.unit })
    return {
        id = from.id, say = from.say, stack = from.stack, bands = from.bands, needs = from.needs, when = from.when, round = from.round,
        serves = from.everything and {} or serves, counted = counter or nil, by_members = from.by_members,
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

-- What a charge, or leaving early, is in the image.
local function owed(list, flat, taxes_by_id)
    return map(list, function(from)
        local made = flat(from)
        local charge = made.charge or made
        charge.tax = taxes_by_id[from.record.tax or ""]
        return made
    end)
end

-- `names`: the services, calendars and taxes by id, each as its place in its list.
local function package(from, names)
    local meters, services = {}, names.services
    local function bounds(list)
        return map(list, function(one) return bound(one, services, meters) end)
    end
    local free, spans = allowances(from.allowances, services, meters)
    return { id = from.id, file = from.file, layer = from.layer, over = from.over, from = from.from.day,
        till = from.till and from.till.day,
        tariffs = tariffs(from.tariffs, names, meters, free, spans), allowances = free,
        caps = bounds(from.caps), limits = bounds(from.limits),
        discounts = discounts_per(from, false, services, meters), bill_discounts = discounts_per(from, true, services, meters),
        charges = owed(from.charges, dues.flat, names.taxes), terminations = owed(from.terminations, leaving.flat, names.taxes),
        params = map(from.params, params.flat),
        stored = map(from.stored, function(one) return deposits.flat(one, serve_all(one.serves, services)) end),
        notices = map(from.notices, notices.flat),
        refunds = map(from.refunds, function(one) return refunds.flat(one, serve_all(one.serves, services)) end),
        sessions = map(from.sessions, function(one) return sessions.flat(one, serve_all(one.serves, services)) end), meters = meters }
end

-- Only of a model without errors.
function image.of(model)
    local zone_maps, services, calendars = places(model.zone_list), places(model.service_list), places(model.calendar_list)
    local names = { services = services, calendars = calendars, taxes = places(model.tax_list),
        decisions = places(model.decision_list) }
    return {
        id = model.id, currency = model.currency, layers = model.layers, components = model.components,
        instructions = model.instructions, texts = model.texts, functions = model.functions,
        zone_maps = map(model.zone_list, zone_map),
        services = map(model.service_list, function(service)
            return { id = service.id, unit = service.unit, zone_map = service.zones and zone_maps[service.zones], count = service.count,
                session = sessions.flat_terms(service.session) }
        end),
        calendars = map(model.calendar_list, calendar), taxes = map(model.tax_list, taxes.flat), standards = model.standards,
        formula_facts = model.formula_facts, pay_order = model.pay_order, used_up = model.used_up,
        decisions = map(model.decision_list, function(decision) return decision.handle end),
        topups = map(model.topups, function(one) return topups.flat(one, serve_all(one.serves, services)) end),
        selling = selling.flat(model.selling),
        packages = map(model.packages, function(from) return package(from, names) end),
    }
end

return image
