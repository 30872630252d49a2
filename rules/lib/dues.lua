-- Charges of packages: what falls due besides usage.

local use = ...
local report = use "report"

local dues = {}
local find, at = report.find, report.at

-- What says nothing where there is no cycle.
local cyclic = { "ahead", "prorate", "priced_by" }

-- How many of the cycles by which it is priced make one of the cycles in which it falls due.
local parts = { month = { month = { 1, 1 }, year = { 1, 12 } }, year = { month = { 12, 1 }, year = { 1, 1 } } }

local function check_cycle(record)
    if record.every == "once" then
        for _, field in ipairs(cyclic) do
            if record[field] ~= nil then
                find("charge_once", at(record.place, field), { field = field })
            end
        end
    elseif record.every and record.ahead == nil and not record.broken then
        find("missing_field", record.place, { word = "charge", field = "ahead",
            say = { en = "true if it is due when its cycle begins, false if when it ends", zh = "预收写 true，后收写 false" } })
    end
    if record.every == "day" and record.priced_by then
        find("charge_priced_by", at(record.place, "priced_by"))
    end
end

-- One charge: its record, and what the image needs of it.
function dues.build(record)
    check_cycle(record)
    local part = parts[record.every] and parts[record.every][record.priced_by or record.every] or { 1, 1 }
    return { id = record.id, record = record, place = record.place, every = record.every,
        ahead = record.every == "once" or record.ahead, part = part, say = record.say or record.id and "charge." .. record.id }
end

-- What all versions of a charge must agree in, since one of its cycles may lie in several.
local shared = { "every", "ahead", "prorate", "round" }

local function same(a, b)
    if type(a) == "table" and type(b) == "table" then
        return a.step == b.step and a.mode == b.mode
    end
    return a == b
end

-- The charges of a version and of the next one.
function dues.check_versions(before, after)
    local earlier = {}
    for _, charge in ipairs(before) do
        earlier[charge.id or ""] = charge
    end
    for _, charge in ipairs(after) do
        local other = earlier[charge.id]
        local sound = other and not other.record.broken and not charge.record.broken
        for _, field in ipairs(sound and shared or {}) do
            if not same(other.record[field], charge.record[field]) then
                find("charge_changes", charge.place, { id = charge.id, field = field, place = report.name(other.place) })
            end
        end
    end
end

-- The texts that charges need.
function dues.need(charges, need, blanks)
    for _, charge in ipairs(charges) do
        if charge.say then
            need(charge.say, charge.record.say and at(charge.place, "say") or charge.place, blanks)
        end
    end
end

-- For the image.
function dues.flat(charge)
    local record = charge.record
    return { id = charge.id, say = charge.say, every = charge.every, ahead = charge.ahead, by_day = record.prorate == "day",
        free_suspended = record.suspended == "free", amount = record.amount, numerator = charge.part[1],
        denominator = charge.part[2], round_step = record.round.step, round_mode = record.round.mode,
        line = charge.place.declaration.line }
end

return dues
