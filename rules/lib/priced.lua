-- Usage that nothing prices: a service in a zone that no package serves at all, and, for those who hold what a plan offers, one that
-- is served at some time and not at another. A band without a price is told of where its tariff is (packages.lua).

local use = ...
local report = use "report"
local products = use "products"
local failed = use "failed"
local serves = use "serves"
local serving = use "serving"

local priced = {}
local find = report.find

local FOREVER = math.maxinteger
local ZONES_NAMED = 5

-- What is said already: that from this day on a version of a package no longer prices what the one before did.
local dropped = {}

function priced.tell_dropped(service, zone, day)
    dropped[service.id .. "\n" .. zone .. "\n" .. day] = true
end

-- What could be pasted: a tariff for it.
local steps = { second = "60 s", byte = "1 MB", item = "1 item" }

local function proposed_tariff(service, zone)
    local id = zone ~= "" and zone or service.id
    local served = 'service = "' .. service.id .. '"' .. (zone ~= "" and ', zone = "' .. zone .. '"' or "")
    return table.concat({ "tariff {", '    id = "' .. id .. '", say = "' .. service.id .. "." .. id .. '",',
        "    serves = { " .. served .. " },", '    step = "' .. (steps[service.unit] or "…") .. '", price = "…",', "}," }, "\n")
end

-- Is nothing known of some tariff, so that it might be the one that is missing?
local function may_be_hidden(list)
    if failed.mentions("tariff") or list.incomplete then
        return true
    end
    for _, package in ipairs(list) do
        for _, tariff in ipairs(package.tariffs) do
            if not tariff.serves then
                return true
            end
        end
    end
    return false
end

local function prices(package, service, zone)
    for _, tariff in ipairs(package.tariffs) do
        if serves.covers(tariff.serves, service, zone) then
            return true
        end
    end
    return false
end

-- When those packages that do it are in force: days { from, till }, half-open, in order and apart from each other.
local function spans_of(packages, does)
    local spans, merged = {}, {}
    for _, package in ipairs(packages) do
        if does(package) then
            spans[#spans + 1] = { package.from.day, package.till and package.till.day or FOREVER }
        end
    end
    table.sort(spans, function(a, b) return a[1] < b[1] end)
    for _, span in ipairs(spans) do
        local last = merged[#merged]
        if last and span[1] <= last[2] then
            last[2] = math.max(last[2], span[2])
        else
            merged[#merged + 1] = span
        end
    end
    return merged
end

-- What is left of spans without the others. What was before the first of the others does not count: each price begins some day.
local function without(spans, others)
    local left = {}
    for _, span in ipairs(spans) do
        local from = others[1] and math.max(span[1], others[1][1]) or span[1]
        for _, other in ipairs(others) do
            if other[1] > from and from < span[2] then
                left[#left + 1] = { from, math.min(other[1], span[2]) }
            end
            from = math.max(from, other[2])
        end
        if from < span[2] then
            left[#left + 1] = { from, span[2] }
        end
    end
    return left
end

-- At all: by no package, at no time. Gives the zones that are priced, by service.
local function check_at_all(model, list)
    local zones_priced = {}
    for _, service in ipairs(model.service_list) do
        local map = service.zones and model.zones[service.zones]
        local zones = {}
        for _, zone in ipairs(not service.broken and (map or not service.zones) and serving.zones_of(model, service) or {}) do
            local found = false
            for _, package in ipairs(list) do
                found = found or prices(package, service, zone)
            end
            if found then
                zones[#zones + 1] = zone
            else
                local zone_en, zone_zh = serving.named_zone(zone)
                find("unpriced", zone ~= "" and map.zone_places[zone] or service.place, { service = service.id, zone_en = zone_en,
                    zone_zh = zone_zh, proposed = proposed_tariff(service, zone) })
            end
        end
        zones_priced[service] = zones
    end
    return zones_priced
end

-- A plan with its packages and their versions: { id, place, base = { id = true }, packages }. Where there are no plans, everything is
-- in one without a name.
local function plans_of(model, list)
    local plans = {}
    local function add(record, base, ids)
        local plan = { record = record, base = base, packages = {} }
        for _, package in ipairs(list) do
            plan.packages[#plan.packages + 1] = ids[package.id] and package or nil
        end
        plans[#plans + 1] = plan
    end
    local base, ids = {}, {}
    for _, package in ipairs(list) do
        base[package.id], ids[package.id] = package.record.kind == "base" or nil, true
    end
    if #model.words.plan == 0 then
        add(nil, base, ids)
    end
    for _, record in ipairs(model.words.plan) do
        base, ids = {}, {}
        for _, id in ipairs(record.base or {}) do
            base[id], ids[id] = true, true
        end
        for _, id in ipairs(record.optional or {}) do
            ids[id] = true
        end
        products.add_sold(model.words, ids) -- standard prices are there whatever is bought
        add(record, base, ids)
    end
    return plans
end

local function named_zones(zones)
    if zones[1] == "" then
        return "", ""
    end
    local shown = table.move(zones, 1, math.min(#zones, ZONES_NAMED), 1, {})
    local more_en, more_zh = #zones > ZONES_NAMED and ", …" or "", #zones > ZONES_NAMED and "……" or ""
    return " to " .. table.concat(shown, ", ") .. more_en, "在计费区 " .. table.concat(shown, "、") .. more_zh
end

-- Where a gap is told: at the plan, or at the package before it.
local function place_of(plan, day)
    for _, package in ipairs(plan.packages) do
        if not plan.record and package.till and package.till.day == day then
            return package.place
        end
    end
    return plan.record and plan.record.place or plan.packages[1].place
end

local function tell(plan, service, gap, text_of)
    local zone_en, zone_zh = named_zones(gap.zones)
    find(gap.till == FOREVER and "unpriced_from" or "unpriced_between", place_of(plan, gap.from), { service = service.id,
        plan_en = plan.record and ", of what the plan '" .. plan.record.id .. "' offers," or "",
        plan_zh = plan.record and "定价计划“" .. plan.record.id .. "”中" or "",
        zone_en = zone_en, zone_zh = zone_zh, from = text_of[gap.from], till = text_of[gap.till],
        proposed = proposed_tariff(service, gap.zones[1]) })
end

-- While base packages of the plan are in force, what it prices of a service at some time it prices at all times, and all its zones.
local function check_service(plan, service, zones, sold, text_of)
    local gaps, by_days = {}, {}
    for _, zone in ipairs(zones) do
        local spans = spans_of(plan.packages, function(package) return prices(package, service, zone) end)
        for _, span in ipairs(without(sold, spans)) do
            local key = span[1] .. " " .. span[2]
            local gap = by_days[key]
            if not gap then
                gap = { from = span[1], till = span[2], zones = {} }
                gaps[#gaps + 1], by_days[key] = gap, gap
            end
            if not dropped[service.id .. "\n" .. zone .. "\n" .. span[1]] then
                gap.zones[#gap.zones + 1] = zone
            end
        end
    end
    for _, gap in ipairs(gaps) do
        if #gap.zones > 0 then
            tell(plan, service, gap, text_of)
        end
    end
end

local function check_plan(model, plan, zones_priced, text_of)
    local sold = spans_of(plan.packages, function(package) return plan.base[package.id] end)
    for _, service in ipairs(model.service_list) do
        -- A plan none of whose base packages prices a service is not meant for those who use it.
        local meant = spans_of(plan.packages, function(package) return plan.base[package.id] and prices(package, service) end)
        if #meant > 0 then
            check_service(plan, service, zones_priced[service], sold, text_of)
        end
    end
end

function priced.check(model, list)
    if may_be_hidden(list) then
        return
    end
    local text_of = {}
    for _, package in ipairs(list) do
        text_of[package.from.day] = package.from.text
        if package.till then
            text_of[package.till.day] = package.till.text
        end
    end
    local zones_priced = check_at_all(model, list)
    for _, plan in ipairs(plans_of(model, list)) do
        check_plan(model, plan, zones_priced, text_of)
    end
end

return priced
