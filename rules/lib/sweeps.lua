-- What `always` claims of a range of usage, for test_always.c.

local use, native = ...
local report = use "report"
local schema = use "schema"

local sweeps = {}
local find, at = report.find, report.at

local units = { seconds = "second", bytes = "byte", items = "item" }

-- The unit, and from how much to how much: what is swept, or the one quantity of the event. Nil after a finding.
local function quantities(record)
    local found
    for _, field in ipairs { "seconds", "bytes", "items" } do
        local range, fixed = record.sweep[field], record.event[field]
        if range or fixed then
            if found or range and fixed then
                find("one_quantity", record.place)
                return nil
            end
            found = { unit = units[field], first = range and range.first or fixed, last = range and range.last or fixed,
                every = range and range.every or 1 }
        end
    end
    if not found then
        find("quantity_missing", record.place)
    end
    return found
end

-- From when till when: what is swept, or the one time of the event. Nil after a finding.
local function times(record)
    local range, fixed = record.sweep.at, record.event.at
    if range and fixed then
        find("swept_twice", at(at(record.place, "event"), "at"), { field = "at" })
        return nil
    elseif range then
        return { first = native.instant(range.first.ms, range.first.is_local),
            last = native.instant(range.last.ms, range.last.is_local), every = range.every * 1000 }
    elseif not fixed then
        find("sweep_without_time", record.place)
        return nil
    end
    local ms = native.instant(fixed.ms, fixed.is_local)
    return { first = ms, last = ms, every = 1000 }
end

local function count(range)
    return (range.last - range.first) // range.every + 1
end

-- Is there something to compare? Two quantities, or a place where usage can be cut.
local function check_claims(record, amount)
    local claimed = {}
    for _, claim in ipairs(record.claims) do
        claimed[claim] = true
    end
    local split = record.split
    if claimed.parts_make_whole and not split then
        find("parts_without_split", record.place)
    elseif split and not claimed.parts_make_whole then
        find("split_without_parts", at(record.place, "split"))
    elseif split and split.what ~= amount.unit then
        find("split_unit", at(record.place, "split"), { unit = amount.unit })
    elseif claimed.more_never_cheaper and count(amount) < 2 then
        find("nothing_to_compare", at(record.place, "claims"), { claim = "more_never_cheaper" })
    elseif split and amount.last <= split.count then
        find("nothing_to_compare", at(record.place, "claims"), { claim = "parts_make_whole" })
    else
        return true
    end
end

-- A sweep for C; nil after findings, and while there is no release.
function sweeps.read(record)
    local event = record.event
    local amount, time = quantities(record), times(record)
    if not event.service then
        find("use_without_service", record.place)
    end
    if event.to and record.sweep.to then
        find("swept_twice", at(at(record.place, "event"), "to"), { field = "to" })
    end
    if #record.claims == 0 then
        find("no_entries", at(record.place, "claims"), { word = "claims" })
    end
    if not amount or not time or not check_claims(record, amount) or not event.service or not time.first then
        return nil
    elseif time.last < time.first then
        find("empty_range", at(at(record.place, "sweep"), "at"))
        return nil
    end
    local to = record.sweep.to or { event.to or "" }
    if #to == 0 then
        find("no_entries", at(at(record.place, "sweep"), "to"), { word = "to" })
        return nil
    end
    local inputs = count(amount) * count(time) * #to
    if inputs > schema.limits.sweep_inputs then
        find("sweep_too_large", at(record.place, "sweep"), { count = inputs, most = schema.limits.sweep_inputs })
        return nil
    end
    return { holds = record.holds, used = record.used, claims = record.claims, amount = amount, time = time, to = to,
        split = record.split and record.split.count or 0, within = record.within,
        event = { service = event.service, from = event.from or "", to = "", at = { ms = time.first }, unit = amount.unit,
            quantity = amount.first, attributes = event.attributes or {} } }
end

return sweeps
