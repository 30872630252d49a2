-- Leaving early: the word `termination` of a package.

local use = ...
local report = use "report"
local types = use "types"
local declare = use "declare"
local dues = use "dues"
local params = use "params"

local leaving = {}
local find, at = report.find, report.at

local WHOLE = 1000000 -- parts per million

-- { count, every }, or { param, place }: a number of months.
function types.readers.term(value, place)
    local declaration = type(value) == "table" and declare.made(value)
    if declaration and declaration.word == "param" then
        return { param = declaration.id, place = declaration.place }
    end
    return types.readers.cycles(value, place)
end

-- Fields that say nothing beside another.
local function refuse(record, fields, other)
    for _, field in ipairs(fields) do
        if record[field] ~= nil then
            find("termination_field", at(record.place, field), { field = field, other = other })
        end
    end
end

-- The charge whose rest is owed.
local function check_remaining(package, record)
    local place, ids = at(record.place, "remaining"), {}
    for index, charge in ipairs(package.charges) do
        if charge.id == record.remaining then
            if charge.every == "once" then
                find("termination_once", place, { name = charge.id })
            end
            return
        end
        ids[index] = charge.id
    end
    find("unknown_name", place, { what = { en = "charge of this package", zh = "本优惠包的收费" }, name = record.remaining,
        near = report.nearest(record.remaining, ids) })
end

local function check(package, record)
    if record.remaining and record.amount == nil then
        refuse(record, { "each_month", "falls" }, "remaining")
        check_remaining(package, record)
    elseif record.amount ~= nil and not record.remaining then
        refuse(record, { "share" }, "amount")
        if record.each_month then
            refuse(record, { "falls" }, "each_month")
        end
    elseif not record.broken then
        find("termination_what", record.place)
    end
end

-- One termination of a package, whose charges and parameters are there.
function leaving.build(model, package, record)
    check(package, record)
    local built = { id = record.id, record = record, place = record.place, charge = dues.build_amount(model, package, record) }
    built.say = built.charge.say
    if record.term and record.term.param then
        built.term_param = params.find(package, record.term, "integer")
    end
    return built
end

-- For the image.
function leaving.flat(from)
    local record, term = from.record, from.record.term
    return { charge = dues.flat(from.charge), term = term.count or 0, term_every = term.every or "month", term_param = from.term_param,
        remaining = record.remaining or "", parts = record.share or WHOLE, each_month = record.each_month or false,
        falls = record.falls or 0 }
end

return leaving
