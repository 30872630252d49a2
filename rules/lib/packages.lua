-- Packages: versions by date, tariffs and allowances with all their names resolved to what they name.

local use, native = ...
local report = use "report"
local failed = use "failed"
local types = use "types"
local serving = use "serving"
local priced = use "priced"
local schema = use "schema"
local discounts = use "discounts"
local dues = use "dues"
local layers = use "layers"
local dated = use "dated"
local params = use "params"

local packages = {}
local find, at = report.find, report.at

local covers, zones_of = serving.covers, serving.zones_of

local USES_MAX, TIERS_MAX = schema.limits.uses, schema.limits.tiers

-- An id of the package's layers, components … as its place in the list, from 0. Without a list nobody knows.
local function place_in(list, name, place, what)
    if not list then
        return nil
    end
    for index, entry in ipairs(list) do
        if entry == name then
            return index - 1
        end
    end
    find("unknown_name", place, { what = what, name = name, near = report.nearest(name, list) })
    return nil
end

-- Serves: the service, and its zones as a set { name = true }; nil for all of them.
local function resolve_serves(model, serves)
    if not serves or serves.broken then
        return nil
    end
    local service = model.services[serves.service]
    if not service or service.broken then
        return nil
    end
    if not serves.zone then
        return { service = service }
    end
    local map = service.zones and model.zones[service.zones]
    if not service.zones then
        find("no_zones", at(serves.place, "zone"), { service = service.id })
        return nil
    elseif not map then
        return nil
    end
    local set, sound = {}, true
    for index, zone in ipairs(serves.zone) do
        set[zone] = map.zone_numbers[zone]
        if not set[zone] then
            find("unknown_name", at(at(serves.place, "zone"), index), { what = { en = "zone", zh = "计费区" }, name = zone,
                near = report.nearest(zone, map.zones) })
            sound = false
        end
    end
    return sound and { service = service, zones = set } or nil
end

local function overlaps(model, a, b)
    if a.service ~= b.service then
        return false
    end
    for _, zone in ipairs(zones_of(model, a.service)) do
        if covers(a, zone) and covers(b, zone) then
            return true
        end
    end
    return false
end

local examples = { second = '"60 s"', byte = '"1 KB"', item = '"1 item"' }

local function check_unit(quantity, service, place)
    if quantity.what ~= service.unit then
        find("wrong_unit", place, { field = types.field_of(place), got = types.unit_names[quantity.what], service = service.id,
            wanted = types.unit_names[service.unit], example = examples[service.unit] })
        return false
    end
    return true
end

-- Prices in the order of the calendar's bands; nil after findings.
local function resolve_prices(prices, calendar, field)
    if not calendar then
        if prices.bands then
            find("bands_without_calendar", prices.place, { field = field })
            return nil
        end
        return { prices.one }
    elseif #calendar.bands == 0 then
        return nil -- its rows could not be read
    elseif prices.one then
        find("calendar_without_bands", prices.place, { field = field, calendar = calendar.id,
            bands = table.concat(calendar.bands, ' = "…", ') .. ' = "…"' })
        return nil
    end
    local list, sound = {}, true
    for index, band in ipairs(calendar.bands) do
        list[index] = prices.bands[band]
        if not list[index] then
            find("band_without_price", prices.place, { calendar = calendar.id, band = band, field = field })
            sound = false
        end
    end
    for _, band in ipairs(report.sorted_keys(prices.bands)) do
        if not calendar.numbers[band] then
            find("unknown_name", at(prices.place, band), { what = { en = "band in the calendar " .. calendar.id,
                zh = "时段（日历 " .. calendar.id .. "）" }, name = band, near = report.nearest(band, calendar.bands) })
            sound = false
        end
    end
    return sound and list or nil
end

local function resolve_step(quantity, prices, tariff, step_place, field)
    local sound = check_unit(quantity, tariff.serves.service, step_place)
    local list = resolve_prices(prices, tariff.calendar, field)
    return sound and list and { size = quantity.count, prices = list } or nil
end

-- The edge of a tier in units of the service; nil after a finding.
local function resolve_edge(edge, tariff, step, place)
    if type(edge) == "number" then
        if edge > math.maxinteger // step.count then
            find("out_of_range", place, { field = "up_to", got = edge, range = { en = "less", zh = "更小" } })
            return nil
        end
        return edge * step.count
    elseif not check_unit(edge, tariff.serves.service, place) then
        return nil
    elseif edge.count % step.count ~= 0 then
        find("tier_within_step", place, { got = edge.count, step = step.count, what = types.unit_names[edge.what] })
        return nil
    end
    return edge.count
end

-- The edges of tiers rise, and all but the last have one.
local function resolve_edges(list, tariff, step)
    local before, sound = 0, true
    for index, tier in ipairs(list) do
        local place = at(tier.place, "up_to")
        if index == #list and tier.up_to then
            find("tier_without_rest", place)
            sound = false
        elseif index < #list and not tier.up_to then
            find("tier_after_rest", tier.place)
            sound = false
        elseif tier.up_to then
            tier.edge = resolve_edge(tier.up_to, tariff, step, place)
            if tier.edge and tier.edge <= before then
                find("tiers_not_rising", place)
                sound = false
            end
            sound, before = sound and tier.edge ~= nil, tier.edge or before
        end
    end
    return sound
end

-- What can't go with a line that counts a whole cycle anew.
local function check_volume(record)
    local sound = true
    for _, field in ipairs { "calendar", "first", "setup", "minimum", "maximum" } do
        if record[field] and record[field] ~= 0 then
            find("volume_over_cycle", at(record.place, field), { field = field })
            sound = false
        end
    end
    return sound
end

-- The tiers of a price, each with a price for each band; nil after findings.
local function resolve_tiers(record, tariff)
    local tiers, list = record.tiers, record.price.tiers
    if not tiers then
        find("tiers_not_chosen", record.price.place)
        return nil
    elseif not list then
        find("tiers_without_prices", at(record.place, "tiers"))
        return nil
    elseif tiers.broken then
        return nil
    end
    local resolved, sound = {}, resolve_edges(list, tariff, record.step)
    if #list > TIERS_MAX then
        find("too_many", record.price.place, { word = "price", count = #list, max = TIERS_MAX, what = { en = "tiers", zh = "个阶梯" } })
        sound = false
    end
    for index, tier in ipairs(list) do
        resolved[index] = { up_to = tier.edge, prices = resolve_prices(tier.prices, tariff.calendar, "price") }
        sound = sound and resolved[index].prices ~= nil
    end
    if tiers.kind == "volume" and tiers.every ~= "event" then
        sound = check_volume(record) and sound
    end
    return sound and { kind = tiers.kind, every = tiers.every, id = tiers.id or record.id, list = resolved, record = record,
        serves = tariff.serves, place = tiers.id and tiers.place or record.place } or nil
end

-- The steps behind the first, at one price or by tiers.
local function resolve_next(record, tariff)
    if not record.tiers and not record.price.tiers then
        return resolve_step(record.step, record.price, tariff, at(record.place, "step"), "price")
    elseif not check_unit(record.step, tariff.serves.service, at(record.place, "step")) then
        return nil
    end
    tariff.tiers = resolve_tiers(record, tariff)
    return tariff.tiers and { size = record.step.count, prices = tariff.tiers.list[1].prices }
end

-- Steps and prices, or a function: never both.
local function resolve_price(record, tariff)
    if record.amount then
        for _, field in ipairs { "step", "price", "tiers", "first", "calendar", "uses" } do
            if record[field] then
                find("price_or_amount", at(record.place, field), { field = field })
                tariff.broken = true
            end
        end
        if (record.setup or 0) > 0 then
            find("price_or_amount", at(record.place, "setup"), { field = "setup" })
            tariff.broken = true
        end
        return
    end
    for _, field in ipairs { "step", "price" } do
        if not record[field] and not record.broken then
            find("missing_field", record.place, { word = "tariff", field = field,
                say = { en = "a tariff has a step and a price for it", zh = "资费须有计费单位及其价格" } })
            tariff.broken = true
        end
    end
    if record.step and record.price then
        tariff.next = resolve_next(record, tariff)
        tariff.broken = tariff.broken or not tariff.next
    end
    if record.first and not record.first.broken then
        local first = record.first
        tariff.first = resolve_step(first.step, first.price, tariff, at(first.place, "step"), "first.price")
        tariff.broken = tariff.broken or not tariff.first
    end
end

local function resolve_uses(model, record, tariff, allowances)
    tariff.uses_any = record.uses == nil and not record.amount
    tariff.uses = {}
    local ids = {}
    for _, allowance in ipairs(allowances) do
        ids[#ids + 1] = allowance.id
    end
    for index, id in ipairs(record.uses or {}) do
        local place = at(at(record.place, "uses"), index)
        local number = place_in(ids, id, place, { en = "allowance in this package", zh = "免费资源（本优惠包中）" })
        if number and allowances[number + 1].serves and not overlaps(model, tariff.serves, allowances[number + 1].serves) then
            find("allowance_does_not_serve", place, { id = id })
        end
        tariff.uses[index] = number
    end
    if #tariff.uses > USES_MAX then
        find("too_many", record.place, { word = "uses", count = #tariff.uses, max = USES_MAX,
            what = { en = "allowances", zh = "免费资源" } })
    end
end

-- Numbers all functions in the order in which they are declared, from 0: a host that runs the scripts again counts alike.
function packages.functions(records)
    local functions = {}
    local function number(kind, call, round)
        if call then
            table.insert(functions, { kind = kind, call = call, round_step = round and round.step or 0,
                round_mode = round and round.mode or "half_up" })
            return #functions - 1
        end
    end
    for _, record in ipairs(records) do
        for _, tariff in ipairs(record.tariff) do
            tariff.when_number = number("when", tariff.when)
            tariff.amount_number = number("amount", tariff.amount, tariff.round)
        end
        for _, discount in ipairs(record.discount) do
            discount.when_number = number("when", discount.when)
        end
        for _, param in ipairs(record.params or {}) do
            param.derive_number = number("derive", param.derive)
            param.check_number = number("check", param.check)
        end
        for _, charge in ipairs(record.charge) do
            charge.amount_number = number("due", type(charge.amount) == "function" and charge.amount)
        end
    end
    return functions
end

local function build_tariff(model, record, allowances)
    local tariff = { id = record.id, record = record, place = record.place, line = record.place.declaration.line,
        say = record.say, setup = record.setup, minimum = record.minimum or 0, maximum = record.maximum or 0,
        round = record.round, broken = record.broken }
    tariff.component = 0
    if record.component then
        tariff.component = place_in(model.components, record.component, at(record.place, "component"),
            { en = "component in catalog.lua", zh = "价格组成部分（catalog.lua 中）" })
    end
    tariff.serves = resolve_serves(model, record.serves)
    tariff.calendar = record.calendar and model.calendars[record.calendar]
    if tariff.maximum > 0 and tariff.minimum > tariff.maximum then
        find("minimum_over_maximum", at(record.place, "minimum"), { minimum = native.amount(tariff.minimum),
            maximum = native.amount(tariff.maximum) })
    end
    tariff.when, tariff.amount = record.when_number, record.amount_number
    if tariff.serves and not (record.calendar and not tariff.calendar) then
        resolve_price(record, tariff)
        resolve_uses(model, record, tariff, allowances)
    else
        tariff.broken = true
    end
    return tariff
end

-- The amount of an allowance or limit as a quantity; nil after a finding.
local function resolve_amount(record)
    local amount = record.amount
    if type(amount) ~= "number" then
        return amount
    elseif not record.unit then
        find("missing_field", record.place, { word = record.word, field = "unit",
            say = { en = "what 300 counts: \"minute\"", zh = "数量的单位，例如 \"minute\"" } })
        return nil
    elseif amount > math.maxinteger // record.unit.size then
        find("out_of_range", at(record.place, "amount"), { field = "amount", got = amount, range = { en = "less", zh = "更小" } })
        return nil
    end
    return { what = record.unit.what, count = amount * record.unit.size }
end

-- What is carried over is counted in the allowance's own cycles, and only months have a first one that is told apart.
local function check_cycles(record)
    if record.carry_over and record.every and record.carry_over.every ~= record.every then
        find("carry_over_other", at(record.place, "carry_over"), { every = record.every })
    end
    if record.first_month == "by_day" and record.every and record.every ~= "month" then
        find("first_month_alone", at(record.place, "first_month"), { every = record.every })
    end
end

local function build_allowance(model, record)
    check_cycles(record)
    local allowance = { id = record.id, record = record, place = record.place, every = record.every,
        serves = resolve_serves(model, record.serves) }
    local amount = allowance.serves and resolve_amount(record)
    if amount and check_unit(amount, allowance.serves.service, at(record.place, "amount")) then
        allowance.amount = amount.count
    end
    return allowance
end

-- What caps and limits serve, one after the other.
local function resolve_serves_list(model, list)
    local resolved = {}
    for _, serves in ipairs(list or {}) do
        table.insert(resolved, resolve_serves(model, serves))
    end
    return resolved
end

local function build_cap(model, record)
    if record.amount == 0 then
        find("cap_of_zero", at(record.place, "amount"))
    end
    return { id = record.id, record = record, place = record.place, every = record.every, amount = record.amount,
        serves = resolve_serves_list(model, record.serves) }
end

local function build_limit(model, record)
    local limit = { id = record.id, record = record, place = record.place, every = record.every,
        serves = resolve_serves_list(model, record.serves) }
    local amount, place = resolve_amount(record), at(record.place, "amount")
    for _, serves in ipairs(amount and limit.serves or {}) do
        if not check_unit(amount, serves.service, place) then
            return limit
        end
    end
    limit.amount = amount and amount.count
    return limit
end

-- What a package counts over cycles: each has a counter, which is known by its id.
local function counted(package)
    local list = {}
    table.move(package.allowances, 1, #package.allowances, 1, list)
    for _, tariff in ipairs(package.tariffs) do
        if tariff.tiers and tariff.tiers.every ~= "event" then
            list[#list + 1] = tariff.tiers
        end
    end
    table.move(package.caps, 1, #package.caps, #list + 1, list)
    table.move(package.limits, 1, #package.limits, #list + 1, list)
    for _, discount in ipairs(package.discounts) do
        list[#list + 1] = discount.counter
    end
    return list
end

-- An id may stand once in a package.
local function check_ids(list)
    local first = {}
    for _, entry in ipairs(list) do
        if entry.id and first[entry.id] then
            find("duplicate_id", entry.place, { word = entry.record.word, id = entry.id,
                place = report.name(first[entry.id].place) })
        end
        first[entry.id or ""] = entry
    end
end

-- A tariff all of whose usage the tariffs before it take.
local function check_reached(model, package)
    for index, tariff in ipairs(package.tariffs) do
        local left, other = {}, nil
        if tariff.serves then
            for _, zone in ipairs(zones_of(model, tariff.serves.service)) do
                left[zone] = covers(tariff.serves, zone) or nil
            end
        end
        for before = 1, index - 1 do
            local earlier = package.tariffs[before]
            if tariff.serves and earlier.serves and earlier.serves.service == tariff.serves.service and
                earlier.component == tariff.component and not earlier.when then
                for zone in pairs(left) do
                    if covers(earlier.serves, zone) then
                        left[zone], other = nil, earlier
                    end
                end
            end
        end
        if other and next(left) == nil then
            find("dead_tariff", tariff.place, { other = other.id or "?" })
        end
    end
end

local function build_package(model, record)
    local package = { id = record.id, record = record, place = record.place, file = record.place.declaration.file,
        from = record.from, till = record.till, tariffs = {}, allowances = {}, caps = {}, limits = {}, discounts = {}, charges = {} }
    if record.kind or record.layer then
        package.layer = place_in(model.layers, record.layer or record.kind,
            at(record.place, record.layer and "layer" or "kind"), { en = "layer in catalog.lua", zh = "层（catalog.lua 中）" })
    end
    for _, allowance in ipairs(record.allowance) do
        table.insert(package.allowances, build_allowance(model, allowance))
    end
    for _, cap in ipairs(record.cap) do
        table.insert(package.caps, build_cap(model, cap))
    end
    for _, limit in ipairs(record.limit) do
        table.insert(package.limits, build_limit(model, limit))
    end
    for _, tariff in ipairs(record.tariff) do
        table.insert(package.tariffs, build_tariff(model, tariff, package.allowances))
    end
    local named = table.move(package.tariffs, 1, #package.tariffs, 1, {})
    for _, discount in ipairs(record.discount) do
        table.insert(package.discounts, discounts.build(model, discount))
        table.insert(named, package.discounts[#package.discounts])
    end
    check_ids(named)
    package.params = params.build(record.params)
    for _, charge in ipairs(record.charge) do
        table.insert(package.charges, dues.build(model, package, charge))
    end
    check_ids(package.charges)
    check_ids(counted(package))
    check_reached(model, package)
    dated.check_span(package)
    return package
end

-- What a counter counts: money, or for whom which units.
local function counts_what(entry)
    local word = entry.record.word
    local serves = entry.serves and entry.serves[1] or entry.serves
    return word == "cap" and "money" or word .. " " .. (serves and serves.service and serves.service.unit or "")
end

-- A counter goes on from version to version, so that it must count the same in each.
local function check_counters(before, after)
    local earlier = {}
    for _, entry in ipairs(counted(before)) do
        earlier[entry.id or ""] = entry
    end
    for _, entry in ipairs(counted(after)) do
        local other = earlier[entry.id]
        if other and counts_what(other) ~= counts_what(entry) then
            find("counter_changes", entry.place, { id = entry.id, place = report.name(other.place) })
        end
    end
end

local function serves_it(package, service, zone)
    for _, tariff in ipairs(package.tariffs) do
        local serves = tariff.serves
        if not serves or serves.service == service and covers(serves, zone) then    -- one that could not be read may be it
            return true
        end
    end
    return false
end

-- What a version prices and the next one no longer does: a tariff that was forgotten, more often than not.
local function check_dropped(model, before, after)
    for _, service in ipairs(model.service_list) do
        for _, zone in ipairs(service.broken and {} or zones_of(model, service)) do
            if serves_it(before, service, zone) and not serves_it(after, service, zone) then
                local zone_en, zone_zh = serving.named_zone(zone)
                priced.tell_dropped(service, zone, after.from.day)
                find("version_drops", at(after.place, "from"), { id = after.id, from = after.from.text, service = service.id,
                    zone_en = zone_en, zone_zh = zone_zh })
            end
        end
    end
end

-- Sorts versions and checks that each follows the one before, and drops nothing. One between them may stand in a script that failed.
local function check_versions(model, list)
    dated.sort(list)
    for index = 2, #list do
        local before, after = list[index - 1], list[index]
        if before.id == after.id and not failed.mentions(after.id) then
            check_counters(before, after)
            dues.check_versions(before.charges, after.charges)
            dated.check_neighbours(before, after)
            check_dropped(model, before, after)
        end
    end
end

-- All versions of all packages, sorted by id and day.
function packages.build(model, records)
    local list = {}
    for _, record in ipairs(records) do
        local package = build_package(model, record)
        if package.id and package.from then
            list[#list + 1] = package
        end
    end
    check_versions(model, list)
    priced.check(model, list)
    layers.check(model, list)
    discounts.check(model, list)
    return list
end

return packages
