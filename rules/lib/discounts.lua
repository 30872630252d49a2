-- Discounts: which lines they are on, how much they take, and what can be wrong with them, alone and together.

local use = ...
local report = use "report"
local failed = use "failed"
local types = use "types"
local serving = use "serving"
local served = use "serves"
local sharing = use "sharing"

local discounts = {}
local find, at = report.find, report.at
local covers, zones_of = serving.covers, serving.zones_of

local WHOLE = 1000000 -- parts per million: all of what a discount is on

local function check_bands(model, on)
    local names, known = {}, {}
    for _, calendar in ipairs(model.calendar_list) do
        for _, band in ipairs(calendar.bands) do
            names[#names + 1], known[band] = band, true
        end
    end
    for index, band in ipairs(on and on.band or {}) do
        if not known[band] then
            find("unknown_name", at(at(on.place, "band"), index), { what = { en = "band", zh = "时段" },
                name = band, near = report.nearest(band, names) })
        end
    end
end

-- The edge of a tier as a number of what the tiers go by; nil after a finding.
local function resolve_edge(discount, tier)
    local place, edge, by = at(tier.place, "up_to"), tier.up_to, discount.record.tiers.by
    if by == "members" then
        if not edge.members then
            find("wrong_type", place, { field = "up_to", wanted = { en = "a number of members", zh = "成员数" },
                got = edge.micros and { en = "an amount", zh = "金额" } or { en = "a quantity", zh = "数量" }, like = "3" })
        end
        return edge.members
    elseif edge.members then
        find("float_for_decimal", place, { field = "up_to", got = tostring(edge.members), like = '"' .. edge.members .. '"' })
        return nil
    elseif by == "amount" then
        if not edge.micros then
            find("wrong_type", place, { field = "up_to", wanted = types.wanted.money, got = { en = "a quantity", zh = "数量" },
                like = types.wanted.money.like })
        end
        return edge.micros
    elseif not edge.count then
        find("wrong_type", place, { field = "up_to", wanted = types.wanted.quantity, got = { en = "an amount", zh = "金额" },
            like = '"100 minutes"' })
        return nil
    end
    for _, serves in ipairs(discount.serves or {}) do
        if serves.service.unit ~= edge.what then
            find("wrong_unit", place, { field = "up_to", got = types.unit_names[edge.what], service = serves.service.id,
                wanted = types.unit_names[serves.service.unit], example = { en = '"100 minutes"', zh = '"100 minutes"' } })
            return nil
        end
    end
    return edge.count
end

-- The edges of tiers rise, and all but the last have one.
local function resolve_edges(discount, list)
    local before = 0
    for index, tier in ipairs(list) do
        if index == #list and tier.up_to then
            find("tier_without_rest", at(tier.place, "up_to"))
        elseif index < #list and not tier.up_to then
            find("tier_after_rest", tier.place)
        elseif tier.up_to then
            tier.edge = resolve_edge(discount, tier)
            if tier.edge and tier.edge <= before then
                find("tiers_not_rising", at(tier.place, "up_to"))
            end
            before = tier.edge or before
        end
    end
end

local function resolve_tiers(discount)
    local record = discount.record
    local tiers, off = record.tiers, record.off
    if off.tiered and not tiers then
        find("discount_tiers_not_chosen", off.place)
    elseif tiers and not off.tiered then
        find("discount_without_tiers", at(record.place, "tiers"))
    elseif tiers and not tiers.broken then
        if tiers.by == "use" and not tiers.every then
            find("missing_field", tiers.place, { word = "tiers", field = "every",
                say = { en = "the day, month or year over which use is counted", zh = "累计用量的周期：日、月或年" } })
        elseif tiers.by ~= "use" and (tiers.every or tiers.id) then
            local field = tiers.every and "every" or "id"
            find("discount_tiers_alone", at(tiers.place, field), { field = field, by = tiers.by })
        end
        resolve_edges(discount, off.tiers)
        discount.by_members = tiers.by == "members"
        if tiers.by == "use" then
            discount.counter = { id = tiers.id or record.id, record = record, place = tiers.id and tiers.place or record.place,
                every = tiers.every, unit = discount.serves and discount.serves[1] and discount.serves[1].service.unit }
        end
    end
    discount.tiers = off.tiers
end

-- What the most that a discount takes is, in parts per million; 0 if it takes amounts.
local function most_of(discount)
    local most = 0
    for _, tier in ipairs(discount.tiers or {}) do
        most = math.max(most, tier.parts)
    end
    return most
end

local function check_off(discount)
    local sum = 0
    for _, tier in ipairs(discount.tiers) do
        sum = sum + tier.parts + tier.amount
        if tier.parts > WHOLE then
            find("discount_over_100", tier.place, { percent = discounts.percent(tier.parts) })
        end
    end
    if sum == 0 then
        find("discount_of_zero", at(discount.place, "off"))
    end
end

-- What cannot be asked of a bill, and what cannot be said of an event.
local function check_per(discount)
    local record = discount.record
    if record.per == "event" and record.round then
        find("discount_round", at(record.place, "round"))
    end
    if record.per ~= "bill" then
        return
    end
    local wrong = record.when and at(record.place, "when") or discount.counter and at(record.place, "tiers")
        or record.on and record.on.band and at(record.on.place, "band")
    if wrong then
        find("discount_on_bill", wrong, { field = types.field_of(wrong) })
    end
    if not record.round and discount.tiers and most_of(discount) > 0 then
        find("discount_unrounded_bill", record.place)
    end
end

function discounts.build(model, record)
    local on = record.on
    local discount = { id = record.id, record = record, place = record.place, line = record.place.declaration.line,
        say = record.say, stack = record.stack, bill = record.per == "bill", bands = on and on.band or {},
        needs = record.needs or {}, when = record.when_number, round = record.round,
        everything = not (on and (on.service or on.zone)) }
    discount.serves = served.on(model, on)
    check_bands(model, on)
    if record.off then
        resolve_tiers(discount)
        check_off(discount)
    end
    check_per(discount)
    return discount
end

-- "12.5%", from parts per million.
function discounts.percent(parts)
    local text = string.gsub(string.format("%d.%04d", parts // 10000, parts % 10000), "%.?0*$", "")
    return text .. "%"
end

-- Together with others.

local function has_band(tariff, bands)
    for _, band in ipairs(bands) do
        if tariff.calendar and tariff.calendar.numbers[band] then
            return true
        end
    end
    return #bands == 0
end

-- The tariffs of all packages, by service.
local function tariffs_by_service(list)
    local by_service = {}
    for _, package in ipairs(list) do
        for _, tariff in ipairs(package.tariffs) do
            for _, one in ipairs(tariff.serves or {}) do
                local service = one.service.id
                by_service[service] = by_service[service] or {}
                table.insert(by_service[service], { tariff = tariff, package = package })
            end
        end
    end
    return by_service
end

-- The first tariff that a discount is on and that `fits`.
local function find_tariff(model, discount, by_service, fits)
    for _, serves in ipairs(discount.serves) do
        for _, entry in ipairs(by_service[serves.service.id] or {}) do
            if fits(entry.tariff) and served.overlap(model, { serves }, entry.tariff.serves) then
                return entry
            end
        end
    end
end

-- Can a percentage of what a tariff charges be less than a micro-unit?
local function leaves_fractions(tariff, parts)
    if tariff.round or not (tariff.next or tariff.amount) then
        return false
    elseif tariff.amount or tariff.tiers and tariff.tiers.kind == "volume" and tariff.tiers.every ~= "event" then
        return parts < WHOLE
    end
    local function leaves(micros)
        return micros % WHOLE * parts % WHOLE ~= 0
    end
    local function any(prices)
        for _, price in ipairs(prices or {}) do
            if leaves(price) then
                return true
            end
        end
        return false
    end
    for _, tier in ipairs(tariff.tiers and tariff.tiers.list or {}) do
        if any(tier.prices) then
            return true
        end
    end
    return any(tariff.next.amounts or tariff.next.prices) or any(tariff.first and tariff.first.prices)
        or any { tariff.setup or 0, tariff.minimum, tariff.maximum }
end

local function check_tariffs(model, discount, by_service)
    if not find_tariff(model, discount, by_service, function(tariff) return has_band(tariff, discount.bands) end) then
        find("dead_discount", discount.place)
    end
    for _, tier in ipairs(discount.bill and {} or discount.tiers or {}) do
        local entry = tier.parts > 0 and find_tariff(model, discount, by_service, function(tariff)
            return leaves_fractions(tariff, tier.parts)
        end)
        if entry then
            find("discount_unrounded", at(discount.place, "off"), { percent = discounts.percent(tier.parts),
                tariff = (entry.package.id or "?") .. "." .. (entry.tariff.id or "?") })
            return
        end
    end
end

-- Is a discount on all that another one is on?
local function covers_all(model, wide, narrow)
    for _, serves in ipairs(narrow.serves) do
        for _, zone in ipairs(zones_of(model, serves.service)) do
            local covered = not covers(serves, zone)
            for _, other in ipairs(wide.serves) do
                covered = covered or other.service == serves.service and covers(other, zone)
            end
            if not covered then
                return false
            end
        end
    end
    return true
end

-- One of which only the best, or only one, is taken, beside another that always takes as much.
local function check_beside(model, package)
    local function sole(discount)
        return discount.serves and discount.tiers and #discount.tiers == 1 and discount.tiers[1].parts > 0
            and discount.stack ~= "add" and not discount.by_members
    end
    for index, discount in ipairs(package.discounts) do
        for other_index, other in ipairs(package.discounts) do
            if index ~= other_index and sole(discount) and sole(other) and discount.stack == other.stack
                and discount.bill == other.bill and not other.record.when and #other.needs == 0 and #other.bands == 0
                and (other.tiers[1].parts > discount.tiers[1].parts
                    or other.tiers[1].parts == discount.tiers[1].parts and other_index < index)
                and covers_all(model, other, discount) then
                find("dead_discount_beside", discount.place, { other = other.id or "?" })
                break
            end
        end
    end
end

-- The most that the discounts of a package take together in a zone: what adds up, and the best of those that are compared.
local function most_in(package, bill, service, zone)
    local add, best, last, certain = 0, 0, nil, true
    for _, discount in ipairs(package.discounts) do
        local on = false
        for _, serves in ipairs(discount.serves or {}) do
            on = on or serves.service == service and covers(serves, zone)
        end
        if on and discount.bill == bill and discount.stack ~= "alone" and most_of(discount) > 0 then
            certain = certain and not discount.record.when
            last = discount
            if discount.stack == "add" then
                add = add + most_of(discount)
            else
                best = math.max(best, most_of(discount))
            end
        end
    end
    return { add = add, best = best, last = last, certain = certain, id = package.id }
end

-- Of the versions of each package, that which takes most.
local function most_by_package(list, bill, service, zone)
    local by_id, order = {}, {}
    for _, package in ipairs(list) do
        local most = #package.discounts > 0 and most_in(package, bill, service, zone)
        if most and most.last then
            local other = by_id[package.id]
            if not other then
                order[#order + 1] = package.id
            end
            if not other or most.add + most.best > other.add + other.best then
                by_id[package.id] = most
            end
        end
    end
    return by_id, order
end

-- What packages take together where each alone takes no more than all; said once for the same packages.
local function check_sum(list, bill, service, zone, said)
    local by_id, order = most_by_package(list, bill, service, zone)
    local add, best = 0, 0
    for _, id in ipairs(order) do
        local most = by_id[id]
        local alone = most.add + most.best
        if alone > WHOLE and most.add > 0 then
            local rule = most.certain and "discounts_over_100" or "discounts_may_pass_100"
            if not said[most.last] then
                find(rule, most.last.place, { percent = discounts.percent(alone), packages = id })
            end
            said[most.last] = true
            return
        end
        add, best = add + most.add, math.max(best, most.best)
    end
    local names = table.concat(order, ", ")
    if add + best > WHOLE and add > 0 and not said[names] then
        said[names] = true
        find("discounts_may_pass_100", by_id[order[#order]].last.place, { percent = discounts.percent(add + best), packages = names })
    end
end

-- Tiers by members: each of them must be reached by some group, and should be worth as much as those below it.
local function check_members(package, discount, list)
    local lines, before = discount.by_members and sharing.lines_of(package, list), nil
    local from = 1
    for _, tier in ipairs(discount.by_members and discount.tiers or {}) do
        local till = tier.edge or math.huge
        if lines and (from > lines.max or till < lines.min) then
            find("discount_members_never", tier.place, { package = package.id, min = lines.min, max = lines.max })
        elseif before and (tier.amount == 0 and tier.parts < before.parts or tier.parts == 0 and tier.amount < before.amount) then
            find("discount_members_falling", tier.place)
        end
        from, before = till + 1, tier
    end
end

-- What is wrong with the discounts of all packages as they stand beside tariffs and beside each other.
function discounts.check(model, list)
    local by_service, with = nil, {}
    for _, package in ipairs(list) do
        if #package.discounts > 0 then
            by_service = by_service or tariffs_by_service(list)
            with[#with + 1] = package
            check_beside(model, package)
            for _, discount in ipairs(package.discounts) do
                check_members(package, discount, list)
            end
        end
        for _, discount in ipairs((failed.mentions("tariff") or failed.mentions("service")) and {} or package.discounts) do
            if discount.serves then
                check_tariffs(model, discount, by_service)
            end
        end
    end
    local said = {}
    for _, service in ipairs(#with > 0 and model.service_list or {}) do
        for _, zone in ipairs(service.broken and {} or zones_of(model, service)) do
            check_sum(with, false, service, zone, said)
            check_sum(with, true, service, zone, said)
        end
    end
end

return discounts
