-- Layers: which of several packages wins where more than one prices the same usage. Packages that one plan sells can be held
-- together; in one layer, then, one of them must say that it is over the other, or they must exclude each other.

local use = ...
local report = use "report"
local failed = use "failed"
local serves = use "serves"
local serving = use "serving"

local layers = {}
local find, at = report.find, report.at
local zones_of, covers = serving.zones_of, serving.covers

local SHOWN_MAX = 5

-- The first few of a list of names.
local function shown(names)
    local list = table.concat(names, ", ", 1, math.min(#names, SHOWN_MAX))
    return #names > SHOWN_MAX and list .. ", …" or list
end

-- id → all its versions
local function versions_by_id(list)
    local by_id = {}
    for _, package in ipairs(list) do
        by_id[package.id] = by_id[package.id] or {}
        table.insert(by_id[package.id], package)
    end
    return by_id
end

-- `over`, and what follows from it.

-- id → the ids that any version of it names, in order
local function named_over(list)
    local named = {}
    for _, package in ipairs(list) do
        for _, name in ipairs(package.record.over or {}) do
            named[package.id] = named[package.id] or {}
            table.insert(named[package.id], name)
        end
    end
    return named
end

-- All that a package is over, as a set; itself among them if it comes back to itself.
local function reached_from(id, named)
    local reached, open = {}, { id }
    while #open > 0 do
        for _, name in ipairs(named[table.remove(open)] or {}) do
            if not reached[name] then
                reached[name] = true
                open[#open + 1] = name
            end
        end
    end
    return reached
end

local function check_named(model, package, by_id)
    for index, name in ipairs(package.record.over or {}) do
        local other, same = by_id[name] and by_id[name][1], false
        for _, version in ipairs(by_id[name] or {}) do
            same = same or version.layer == package.layer
        end
        if other and not same and other.layer and package.layer then
            find("over_other_layer", at(at(package.place, "over"), index), { name = name, other = model.layers[other.layer + 1],
                layer = model.layers[package.layer + 1] })
        end
    end
end

-- Gives each package the list and the set of what it is over.
local function resolve_over(model, list, by_id)
    local named, said = named_over(list), {}
    for _, package in ipairs(list) do
        package.is_over = named[package.id] and reached_from(package.id, named) or {}
        package.over = report.sorted_keys(package.is_over)
        if package.is_over[package.id] and not said[package.id] then
            for _, id in ipairs(package.over) do
                said[id] = true
            end
            find("over_circular", at(package.place, "over"), { id = package.id, others = shown(package.over) })
        end
        check_named(model, package, by_id)
    end
end

-- What can be held together.

-- id → id → what excludes that pair, wherever they are sold.
function layers.exclusions_of(model)
    local pairs_of = {}
    local function add(one, other, record)
        pairs_of[one] = pairs_of[one] or {}
        pairs_of[one][other] = pairs_of[one][other] or {}
        table.insert(pairs_of[one][other], record)
    end
    for _, sell in ipairs(model.words.sell or {}) do
        for _, record in ipairs(sell.excludes or {}) do
            for _, one in ipairs(record.names or {}) do
                for _, other in ipairs(record.names) do
                    add(one.name, other.name, record)
                end
            end
        end
    end
    return pairs_of
end

-- Is the pair excluded for every product that can use the service?
local function is_excluded(model, exclusions, one, other, service)
    for _, record in ipairs(exclusions[one] and exclusions[one][other] or {}) do
        local only, all = {}, true
        for _, product in ipairs(record.only and record.only.product or {}) do
            only[product] = true
        end
        for _, product in ipairs(record.only and model.words.product or {}) do
            for _, used in ipairs(product.services or {}) do
                all = all and (used ~= service or only[product.id] ~= nil)
            end
        end
        if all then
            return true
        end
    end
    return false
end

-- The versions of all packages that a plan sells.
local function sold_by(plan, by_id)
    local sold, seen = {}, {}
    for _, field in ipairs { "base", "optional" } do
        for _, id in ipairs(plan[field] or {}) do
            for _, package in ipairs(not seen[id] and by_id[id] or {}) do
                sold[#sold + 1] = package
            end
            seen[id] = true
        end
    end
    return sold
end

-- Zones that tell the entries of a group apart: those that one of them names, and one of the others, which are all alike.
local function zones_apart(model, group)
    local named, zones, other = {}, {}, nil
    for _, entry in ipairs(group) do
        for zone in pairs(entry.serves.zones or {}) do
            named[zone] = true
        end
    end
    for _, zone in ipairs(zones_of(model, group.service)) do
        if named[zone] or not other then
            zones[#zones + 1] = zone
            other = other or not named[zone] and zone
        end
    end
    return zones
end

local function till_of(package)
    return package.till and package.till.day or math.maxinteger
end

-- Tariffs for one component of one service: { { tariff, package, serves }, … } by "component service", in order; of a tariff that
-- serves several, each entry that it serves.
local function tariffs_of(packages)
    local groups, order = {}, {}
    for _, package in ipairs(packages) do
        for _, tariff in ipairs(package.layer and package.tariffs or {}) do
            for _, one in ipairs(tariff.component and tariff.serves or {}) do
                local key = tariff.component .. " " .. one.service.id
                if not groups[key] then
                    groups[key] = { service = one.service }
                    order[#order + 1] = key
                end
                table.insert(groups[key], { tariff = tariff, package = package, serves = one })
            end
        end
    end
    table.sort(order)
    return groups, order
end

-- Packages that clash, directly or by way of others: id → { ids }, one list for all of them.
local function join(clashes, one, other, about)
    local first, second = clashes[one] or { one, about = about }, clashes[other] or { other, about = about }
    if first ~= second then
        for _, id in ipairs(second) do
            first[#first + 1] = id
            clashes[id] = first
        end
    end
    clashes[one] = first
end

-- Those that are still in force on a day, and when the first of them ends.
local function in_force(held, day)
    local still, ends = {}, math.maxinteger
    for _, package in ipairs(held) do
        if till_of(package) > day then
            still[#still + 1], ends = package, math.min(ends, till_of(package))
        end
    end
    return still, ends
end

-- Entries of one layer that serve a zone, by the day on which they begin: each is told to clash with one, not with all.
local function find_clashes(entries, clashes, about, may_clash)
    local held, ends = {}, math.maxinteger
    for _, entry in ipairs(entries) do
        local package = entry.package
        if ends <= package.from.day then
            held, ends = in_force(held, package.from.day)
        end
        for _, other in ipairs(held) do
            if other.id ~= package.id and may_clash(other, package, about.service) then
                join(clashes, other.id, package.id, { place = package.place, service = about.service, zone = about.zone })
                break
            end
        end
        held[#held + 1], ends = package, math.min(ends, till_of(package))
    end
end

local function in_layer(group, layer, zone)
    local entries = {}
    for _, entry in ipairs(group) do
        if entry.package.layer == layer and covers(entry.serves, zone) then
            entries[#entries + 1] = entry
        end
    end
    return entries
end

-- One finding for all that clash with each other.
local function tell_clashes(clashes, layer, plan, said)
    for _, id in ipairs(report.sorted_keys(clashes)) do
        local list = clashes[id]
        table.sort(list)
        local names = table.concat(list, " ")
        if not said[names] then
            said[names] = true
            local zone_en, zone_zh = serving.named_zone(list.about.zone)
            find("layer_overlap", list.about.place, { packages = shown(list), layer = layer, plan = plan.id,
                service = list.about.service, zone_en = zone_en, zone_zh = zone_zh })
        end
    end
end

local function check_plan(model, plan, groups, order, said)
    local exclusions = layers.exclusions_of(model)
    local function may_clash(one, other, service)
        return not one.is_over[other.id] and not other.is_over[one.id]
            and not is_excluded(model, exclusions, one.id, other.id, service)
    end
    for layer, name in ipairs(model.layers or {}) do    -- none where the catalog could not be read
        local clashes = {}
        for _, key in ipairs(order) do
            local group = groups[key]
            for _, zone in ipairs(group.zones) do
                local entries = in_layer(group, layer - 1, zone)
                if #entries > 1 then
                    find_clashes(entries, clashes, { service = group.service.id, zone = zone }, may_clash)
                end
            end
        end
        tell_clashes(clashes, name, plan, said)
    end
end

-- Higher layers that are dearer.

-- The lowest and the highest price of a unit of the service; nil where it depends on more than units, or there is none.
local function price_range(entry)
    local tariff, convert = entry.tariff, entry.serves.convert
    if not tariff.next or tariff.record.refuse or tariff.minimum > 0 or tariff.maximum > 0 then
        return nil
    end
    local low, high = math.huge, 0
    local units = convert and convert.as.count / convert.each.count or 1
    local function add(step)
        for _, price in ipairs(step.amounts or step.prices) do
            local one = price / step.size * units
            low, high = math.min(low, one), math.max(high, one)
        end
    end
    add(tariff.next)
    for _, tier in ipairs(tariff.tiers and tariff.tiers.list or {}) do
        add { prices = tier.prices, size = tariff.next.size }
    end
    if tariff.first then
        add(tariff.first)
    end
    return low, high
end

-- Does the package give free units to what its tariff serves?
local function gives_units(package, service)
    for _, allowance in ipairs(package.allowances) do
        if allowance.serves and serves.covers(allowance.serves, service) then
            return true
        end
    end
    return false
end

local function hides(entry, other)
    return till_of(entry.package) > other.package.from.day and till_of(other.package) > entry.package.from.day
        and (entry.tariff.setup or 0) >= (other.tariff.setup or 0) and not gives_units(entry.package, entry.serves.service)
end

-- In one zone: from the lowest layer up, each tariff beside the cheapest of the layers below it.
local function check_dearer(entries, plan, said)
    local below, here, layer = nil, nil, nil
    for _, entry in ipairs(entries) do
        if entry.package.layer ~= layer then
            below, layer = here, entry.package.layer
        end
        local low, high = price_range(entry)
        if low and below and low > below.high * (1 + 1e-9) and hides(entry, below) and not said[entry.tariff] then
            said[entry.tariff] = true
            find("layer_dearer", entry.tariff.place, { other = below.package.id .. "." .. (below.tariff.id or "?"), plan = plan.id })
        end
        if high and (not here or high < here.high) and not entry.tariff.when then
            here = { package = entry.package, tariff = entry.tariff, serves = entry.serves, high = high }
        end
    end
end

local function check_prices(plan, groups, order, said)
    for _, key in ipairs(order) do
        local group = groups[key]
        local from_below = table.move(group, 1, #group, 1, {})
        table.sort(from_below, function(a, b)
            if a.package.layer ~= b.package.layer then
                return a.package.layer > b.package.layer
            end
            return a.number < b.number
        end)
        for _, zone in ipairs(group.zones) do
            local entries = {}
            for _, entry in ipairs(from_below) do
                if covers(entry.serves, zone) then
                    entries[#entries + 1] = entry
                end
            end
            check_dearer(entries, plan, said)
        end
    end
end

function layers.check(model, list)
    local by_id = versions_by_id(list)
    local clashing, dearer = {}, {}
    resolve_over(model, list, by_id)
    if failed.mentions("package") or failed.mentions("plan") then
        return
    end
    for _, plan in ipairs(model.words.plan) do
        local groups, order = tariffs_of(sold_by(plan, by_id))
        for _, key in ipairs(order) do
            local group = groups[key]
            table.sort(group, function(a, b)
                if a.package.from.day ~= b.package.from.day then
                    return a.package.from.day < b.package.from.day
                elseif a.package.id ~= b.package.id then
                    return a.package.id < b.package.id
                end
                return a.tariff.line < b.tariff.line
            end)
            for number, entry in ipairs(group) do
                entry.number = number
            end
            group.zones = zones_apart(model, group)
        end
        if plan.id then
            check_plan(model, plan, groups, order, clashing)
            check_prices(plan, groups, order, dearer)
        end
    end
end

return layers
