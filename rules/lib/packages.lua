-- Packages: versions by date, tariffs and allowances with all their names resolved to what they name.

local use, native = ...
local report = use "report"
local failed = use "failed"
local types = use "types"
local serving = use "serving"
local priced = use "priced"
local schema = use "schema"
local deposits = use "deposits"
local replacing = use "replacing"
local discounts = use "discounts"
local dues = use "dues"
local leaving = use "leaving"
local layers = use "layers"
local dated = use "dated"
local notices = use "notices"
local params = use "params"
local refunds = use "refunds"
local serves = use "serves"
local sharing = use "sharing"

local packages = {}
local find, at = report.find, report.at

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
    local sound = serves.check_unit(quantity, tariff.serves, step_place)
    local list = resolve_prices(prices, tariff.calendar, field)
    return sound and list and { size = quantity.count, prices = list } or nil
end

-- The edge of a tier in the units that steps count; nil after a finding.
local function resolve_edge(edge, step, place)
    if type(edge) == "number" then
        if edge > math.maxinteger // step.count then
            find("out_of_range", place, { field = "up_to", got = edge, range = { en = "less", zh = "更小" } })
            return nil
        end
        return edge * step.count
    elseif edge.what ~= step.what then
        find("tier_unit", place, { got = types.unit_names[edge.what], wanted = types.unit_names[step.what] })
        return nil
    elseif edge.count % step.count ~= 0 then
        find("tier_within_step", place, { got = edge.count, step = step.count, what = types.unit_names[edge.what] })
        return nil
    end
    return edge.count
end

-- The edges of tiers rise, and all but the last have one.
local function resolve_edges(list, step)
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
            tier.edge = resolve_edge(tier.up_to, step, place)
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
    sharing.check_tiers(tiers)
    local resolved, sound = {}, resolve_edges(list, record.step)
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
        unit = record.step.what, shared = tiers.by == "package", place = tiers.id and tiers.place or record.place } or nil
end

-- The steps behind the first, at one price or by tiers.
local function resolve_next(record, tariff)
    if not record.tiers and not record.price.tiers then
        return resolve_step(record.step, record.price, tariff, at(record.place, "step"), "price")
    elseif not serves.check_unit(record.step, tariff.serves, at(record.place, "step")) then
        return nil
    end
    tariff.tiers = resolve_tiers(record, tariff)
    return tariff.tiers and { size = record.step.count, prices = tariff.tiers.list[1].prices }
end

-- A tariff without a price: what no allowance pays for is refused.
local function resolve_refused(record, tariff)
    for _, field in ipairs { "price", "tiers", "first", "calendar", "amount", "setup", "minimum", "maximum", "round" } do
        if record[field] and record[field] ~= 0 then
            find("price_or_refuse", at(record.place, field), { field = field })
            tariff.broken = true
        end
    end
    if not record.step and not record.broken then
        find("missing_field", record.place, { word = "tariff", field = "step",
            say = { en = "what an allowance pays for", zh = "免费资源所抵扣的计费单位" } })
        tariff.broken = true
    end
    if record.uses and #record.uses == 0 then
        find("refuse_without_uses", at(record.place, "uses"))
    end
    if record.step and serves.check_unit(record.step, tariff.serves, at(record.place, "step")) and
        serves.check_steps(tariff.serves, record.step) then
        tariff.next, tariff.unit = { size = record.step.count, prices = { 0 } }, record.step.what
    end
    tariff.broken = tariff.broken or not tariff.next
end

-- Steps and prices, or a function: never both.
local function resolve_price(record, tariff)
    if record.amount then
        serves.check_unconverted(tariff.serves)
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
        tariff.unit = record.step.what
        tariff.broken = tariff.broken or not tariff.next or not serves.check_steps(tariff.serves, record.step)
    end
    if record.first and not record.first.broken then
        local first = record.first
        serves.check_first(tariff.serves)
        tariff.first = resolve_step(first.step, first.price, tariff, at(first.place, "step"), "first.price")
        tariff.broken = tariff.broken or not tariff.first
    end
end

-- How many entries of the allowances that a tariff names serve one of its services.
local function most_used(tariff, allowances)
    local most = 0
    for _, one in ipairs(tariff.serves) do
        local count = 0
        for _, number in ipairs(tariff.uses) do
            for _, free in ipairs(allowances[number + 1].serves or {}) do
                count = count + (free.service == one.service and 1 or 0)
            end
        end
        most = math.max(most, count)
    end
    return most
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
        if number and allowances[number + 1].serves and not serves.overlap(model, tariff.serves, allowances[number + 1].serves) then
            find("allowance_does_not_serve", place, { id = id })
        end
        tariff.uses[index] = number
    end
    local count = most_used(tariff, allowances)
    if count > USES_MAX then
        find("too_many", record.place, { word = "uses", count = count, max = USES_MAX,
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
        for _, termination in ipairs(record.termination) do
            termination.amount_number = number("due", type(termination.amount) == "function" and termination.amount)
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
    tariff.serves = serves.resolve(model, record.serves)
    tariff.calendar = record.calendar and model.calendars[record.calendar]
    if tariff.maximum > 0 and tariff.minimum > tariff.maximum then
        find("minimum_over_maximum", at(record.place, "minimum"), { minimum = native.amount(tariff.minimum),
            maximum = native.amount(tariff.maximum) })
    end
    tariff.when, tariff.amount = record.when_number, record.amount_number
    if tariff.serves and not (record.calendar and not tariff.calendar) then
        if record.refuse then
            resolve_refused(record, tariff)
        else
            resolve_price(record, tariff)
        end
        resolve_uses(model, record, tariff, allowances)
    else
        tariff.broken = true
    end
    return tariff
end

-- The amount of an allowance or limit, or what stands in another field, as a quantity; nil after a finding.
local function resolve_amount(record, field)
    local amount = record[field]
    if type(amount) ~= "number" then
        return amount
    elseif not record.unit then
        find("missing_field", record.place, { word = record.word, field = "unit",
            say = { en = "what 300 counts: \"minute\"", zh = "数量的单位，例如 \"minute\"" } })
        return nil
    elseif amount > math.maxinteger // record.unit.size then
        find("out_of_range", at(record.place, field), { field = field, got = amount, range = { en = "less", zh = "更小" } })
        return nil
    end
    return { what = record.unit.what, count = amount * record.unit.size }
end

-- What is given once is good for some time, and has no cycles.
local function check_once(record)
    if not record.valid and not record.broken then
        find("missing_field", record.place, { word = "allowance", field = "valid",
            say = { en = "how long what is given once is good", zh = "只给予一次的须写有效期" } })
    end
    for _, field in ipairs { "carry_over", "first_month" } do
        if record[field] and record[field] ~= "whole" then
            find("once_has_no_cycle", at(record.place, field), { field = field })
        end
    end
end

-- What is carried over is counted in the allowance's own cycles, and only months have a first one that is told apart.
local function check_cycles(record)
    if record.every == "once" then
        check_once(record)
        return
    elseif record.valid then
        find("valid_without_once", at(record.place, "valid"), { every = record.every or "?" })
    end
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
        serves = serves.resolve(model, record.serves) }
    local amount = allowance.serves and resolve_amount(record, "amount")
    if amount and serves.check_unit(amount, allowance.serves, at(record.place, "amount")) then
        allowance.amount, allowance.unit = amount.count, amount.what
    end
    local cap = allowance.serves and record.member_cap and resolve_amount(record, "member_cap")
    if cap and serves.check_unit(cap, allowance.serves, at(record.place, "member_cap")) then
        allowance.member_cap = sharing.check_member_cap(record, allowance, cap)
    end
    return allowance
end

local function build_cap(model, record)
    if record.amount == 0 then
        find("cap_of_zero", at(record.place, "amount"))
    end
    local cap = { id = record.id, record = record, place = record.place, every = record.every, amount = record.amount,
        serves = serves.resolve(model, record.serves) or {} }
    serves.check_unconverted(cap.serves)
    return cap
end

local function build_limit(model, record)
    local limit = { id = record.id, record = record, place = record.place, every = record.every,
        serves = serves.resolve(model, record.serves) or {} }
    local amount = resolve_amount(record, "amount")
    if amount and serves.check_unit(amount, limit.serves, at(record.place, "amount")) then
        limit.amount, limit.unit = amount.count, amount.what
    end
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

-- The first tariff before one that prices a service in a zone whatever happens; nil if there is none.
local function taken_by(package, index, service, zone)
    for before = 1, index - 1 do
        local earlier = package.tariffs[before]
        if earlier.serves and earlier.component == package.tariffs[index].component and not earlier.when and
            serves.covers(earlier.serves, service, zone) then
            return earlier
        end
    end
end

-- A tariff all of whose usage the tariffs before it take.
local function check_reached(model, package)
    for index, tariff in ipairs(package.tariffs) do
        local left, other = false, nil
        for _, one in ipairs(tariff.serves or {}) do
            for _, zone in ipairs(serving.zones_of(model, one.service)) do
                if serves.covers({ one }, one.service, zone) then
                    local earlier = taken_by(package, index, one.service, zone)
                    left, other = left or not earlier, earlier or other
                end
            end
        end
        if other and not left then
            find("dead_tariff", tariff.place, { other = other.id or "?" })
        end
    end
end

local function build_package(model, record)
    local package = { id = record.id, record = record, place = record.place, file = record.place.declaration.file,
        from = record.from, till = record.till, tariffs = {}, allowances = {}, caps = {}, limits = {}, discounts = {}, charges = {},
        terminations = {} }
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
    for _, termination in ipairs(record.termination) do
        table.insert(package.terminations, leaving.build(model, package, termination))
    end
    check_ids(table.move(package.terminations, 1, #package.terminations, #package.charges + 1,
        table.move(package.charges, 1, #package.charges, 1, {})))
    package.stored = deposits.build(model, record)
    check_ids(package.stored)
    check_ids(counted(package))
    package.notices = notices.build(record.notify, counted(package))
    check_ids(package.notices)
    package.refunds = refunds.build(model, record.refund)
    check_ids(package.refunds)
    check_reached(model, package)
    dated.check_span(package)
    return package
end

-- What a counter counts: money, or for whom which units; nil if that can't be known.
local function counts_what(entry)
    local word = entry.record.word
    local what = word == "cap" and "money" or entry.unit and word .. " " .. entry.unit
    local shared = entry.shared or entry.record.shared or entry.record.by == "package"
    return what and shared and what .. " of all members" or what
end

-- A counter goes on from version to version, so that it must count the same in each.
local function check_counters(before, after)
    local earlier = {}
    for _, entry in ipairs(counted(before)) do
        earlier[entry.id or ""] = entry
    end
    for _, entry in ipairs(counted(after)) do
        local other = earlier[entry.id]
        local before_what, what = other and counts_what(other), counts_what(entry)
        if before_what and what and before_what ~= what then
            find("counter_changes", entry.place, { id = entry.id, place = report.name(other.place) })
        end
    end
end

-- What was bought in a version must be in the next, or those who bought it would lose what they have left.
local function check_bought(before, after)
    local there = {}
    for _, allowance in ipairs(after.allowances) do
        there[allowance.id or ""] = allowance.every == "once"
    end
    for _, allowance in ipairs(before.allowances) do
        if allowance.every == "once" and allowance.id and not there[allowance.id] then
            find("bought_dropped", at(after.place, "from"), { id = allowance.id, place = report.name(allowance.place) })
        end
    end
end

local function serves_it(package, service, zone)
    for _, tariff in ipairs(package.tariffs) do
        if not tariff.serves or serves.covers(tariff.serves, service, zone) then    -- one that could not be read may be it
            return true
        end
    end
    return false
end

-- What a version prices and the next one no longer does: a tariff that was forgotten, more often than not.
local function check_dropped(model, before, after)
    for _, service in ipairs(model.service_list) do
        for _, zone in ipairs(service.broken and {} or serving.zones_of(model, service)) do
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
            check_bought(before, after)
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
    deposits.check(list)
    replacing.check(model, list)
    sharing.check(list)
    serves.check_uses(model, list)
    return list
end

return packages
