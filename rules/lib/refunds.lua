-- What packages give back of a charge.

local use = ...
local report = use "report"
local serves = use "serves"

local refunds = {}
local find = report.find

local function build_one(model, record)
    local resolved = serves.resolve(model, record.serves)
    serves.check_unconverted(resolved or {})
    return { id = record.id, record = record, place = record.place, serves = resolved or {},
        everything = record.serves and #record.serves == 0, broken = not resolved }
end

-- The refunds of a package, in written order.
function refunds.build(model, records)
    local list = {}
    for index, record in ipairs(records) do
        list[index] = build_one(model, record)
        local other = not list[index].broken and serves.taken_by(model, list[index], table.move(list, 1, index - 1, 1, {}))
        if other then
            find("dead_refund", record.place, { id = record.id or "?", other = other.id or "?" })
        end
    end
    return list
end

-- For the image; `served` is the usage that it is of, as the image has it.
function refunds.flat(refund, served)
    return { id = refund.id, serves = served, within = refund.record.within, gives = refund.record.gives, say = refund.record.say }
end

return refunds
