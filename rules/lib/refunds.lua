-- What packages give back of a charge.

local use = ...
local report = use "report"
local serves = use "serves"
local serving = use "serving"

local refunds = {}
local find, at = report.find, report.at

local function build_one(model, record)
    local resolved = serves.resolve(model, record.serves)
    serves.check_unconverted(resolved or {})
    return { id = record.id, record = record, place = record.place, serves = resolved or {},
        everything = record.serves and #record.serves == 0, broken = not resolved }
end

-- The first before one that takes all its usage; nil if there is none.
local function taken_by(model, list, index)
    local other
    for _, one in ipairs(list[index].everything and {} or list[index].serves) do
        for _, zone in ipairs(serving.zones_of(model, one.service)) do
            local earlier
            for before = 1, index - 1 do
                local covers = list[before].everything or serves.covers(list[before].serves, one.service, zone)
                earlier = earlier or covers and list[before]
            end
            if serves.covers({ one }, one.service, zone) and not earlier then
                return nil
            end
            other = other or earlier
        end
    end
    for before = 1, list[index].everything and index - 1 or 0 do
        other = other or list[before].everything and list[before]
    end
    return other
end

-- The refunds of a package, in written order.
function refunds.build(model, records)
    local list = {}
    for index, record in ipairs(records) do
        list[index] = build_one(model, record)
        local other = not list[index].broken and taken_by(model, list, index)
        if other then
            find("dead_refund", record.place, { id = record.id or "?", other = other.id or "?" })
        end
    end
    return list
end

function refunds.need(list, need)
    for _, refund in ipairs(list) do
        if refund.record.say then
            need(refund.record.say, at(refund.place, "say"))
        end
    end
end

-- For the image; `served` is the usage that it is of, as the image has it.
function refunds.flat(refund, served)
    return { id = refund.id, serves = served, within = refund.record.within, gives = refund.record.gives, say = refund.record.say }
end

return refunds
