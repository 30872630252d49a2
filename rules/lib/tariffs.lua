-- Tariffs: steps, prices and tiers, with all their names resolved to what they name.

local use, native = ...
local report = use "report"
local types = use "types"
local schema = use "schema"
local serves = use "serves"
local sharing = use "sharing"
local table_prices = use "table_prices"

local tariffs = {}
local find, at = report.find, report.at

local USES_MAX, TIERS_MAX = schema.limits.uses, schema.limits.tiers

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

-- The steps behind the first, at one price, by tiers, or as a table says.
local function resolve_next(model, record, tariff)
    if record.price.from_table then
        return table_prices.resolve(model, record, tariff)
    elseif not record.tiers and not record.price.tiers then
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
local function resolve_price(model, record, tariff)
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
        tariff.next = resolve_next(model, record, tariff)
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
    tariff.uses_own = not record.amount and (record.uses == nil or #record.uses > 0)
    tariff.uses = {}
    local ids = {}
    for _, allowance in ipairs(allowances) do
        ids[#ids + 1] = allowance.id
    end
    for index, id in ipairs(record.uses or {}) do
        local place = at(at(record.place, "uses"), index)
        local number = report.place_in(ids, id, place, { en = "allowance in this package", zh = "免费资源（本优惠包中）" })
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

function tariffs.build(model, record, allowances)
    local tariff = { id = record.id, record = record, place = record.place, line = record.place.declaration.line,
        say = record.say, setup = record.setup, minimum = record.minimum or 0, maximum = record.maximum or 0,
        round = record.round, broken = record.broken }
    tariff.component = 0
    if record.component then
        tariff.component = report.place_in(model.components, record.component, at(record.place, "component"),
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
            resolve_price(model, record, tariff)
        end
        resolve_uses(model, record, tariff, allowances)
    else
        tariff.broken = true
    end
    return tariff
end

return tariffs
