-- Packages: versions by date, with all that stands in them resolved to what it names.

local use = ...
local report = use "report"
local failed = use "failed"
local serving = use "serving"
local priced = use "priced"
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
local sessions = use "sessions"
local serves = use "serves"
local sharing = use "sharing"
local table_prices = use "table_prices"
local tariffs = use "tariffs"

local packages = {}
local find, at = report.find, report.at

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
        package.layer = report.place_in(model.layers, record.layer or record.kind,
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
        table.insert(package.tariffs, tariffs.build(model, tariff, package.allowances))
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
    package.sessions = sessions.build(model, record.session)
    check_ids(package.sessions)
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
        else
            list.incomplete = true -- what its tariffs price is not known to be priced by nothing
        end
    end
    check_versions(model, list)
    priced.check(model, list)
    layers.check(model, list)
    discounts.check(model, list)
    deposits.check(list)
    replacing.check(model, list)
    sharing.check(list)
    table_prices.check(list)
    serves.check_uses(model, list)
    return list
end

return packages
