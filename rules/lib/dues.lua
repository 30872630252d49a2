-- Charges of packages: what falls due besides usage.

local use, native = ...
local failed = use "failed"
local report = use "report"
local types = use "types"
local declare = use "declare"
local params = use "params"
local splits = use "splits"

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

-- Money, the number of micro-units; { param, place }; or a function.
function types.readers.due_amount(value, place)
    local declaration = type(value) == "table" and declare.made(value)
    if type(value) == "function" then
        return value
    elseif declaration and declaration.word == "param" then
        return { param = declaration.id, place = declaration.place }
    end
    return types.readers.money(value, place, 0)
end

-- How many a charge is owed for: { fact = "group.name", place }, or { param, place }.
function types.readers.each(value, place)
    local declaration = type(value) == "table" and declare.made(value)
    if declaration and declaration.word == "param" then
        return { param = declaration.id, place = declaration.place }
    end
    local name = types.readers.fact_name(value, place)
    return name and { fact = name, place = place }
end

local fact_what = { en = "parameter or declared fact", zh = "参数或已声明的事实" }

-- What a formula asks of its context that is not there, as far as it is written out: c.site.tenants.
local function check_formula(model, package, charge)
    local place, known, names = at(charge.record.place, "amount"), { params = {} }, {}
    for _, param in ipairs(package.params) do
        known.params[param.id], names[#names + 1] = true, "params." .. param.id
    end
    for _, fact in ipairs(model.formula_facts) do
        local group, name = string.match(fact.name, "^(.-)%.(.*)$")
        known[group] = known[group] or {}
        known[group][name], names[#names + 1] = true, fact.name
    end
    for _, path in ipairs(params.asked(charge.record.amount, 2)) do
        local group, name = string.match(path, "^(.-)%.(.*)$")
        local unknown = name == "" and group or name
        if not (known[group] and (name == "" or known[group][name])) and not failed.mentions(unknown) then
            local written = name == "" and group or path
            find("unknown_name", params.place_of(charge.record.amount, written, place), { what = fact_what, name = written,
                near = report.nearest(path, names) })
        end
    end
end

-- The keys of the reasons that a formula gives, m:because("key", row), each once.
local function reasons_of(call)
    local keys, seen = {}, {}
    for _, reason in ipairs(native.reasons(call)) do
        if not seen[reason.name] then
            seen[reason.name], keys[#keys + 1] = true, reason.name
        end
    end
    return keys
end

-- The number of a declared fact of whole numbers, from 0; nil after a finding.
local function find_count(model, reference)
    local names = {}
    for number, fact in ipairs(model.formula_facts) do
        if fact.name == reference.fact then
            if fact.kind ~= "integer" then
                find("each_other_kind", reference.place, { name = fact.name, kind = fact.kind })
                return nil
            end
            return number - 1
        end
        names[number] = fact.name
    end
    if not failed.mentions(reference.fact) then
        find("unknown_name", reference.place, { what = fact_what, name = reference.fact, near = report.nearest(reference.fact, names) })
    end
    return nil
end

local function resolve_each(model, package, charge)
    local each = charge.record.for_each
    if each and each.param then
        charge.each_param = params.find(package, each, "integer")
    elseif each then
        charge.each_fact = find_count(model, each)
    end
end

-- What a record asks, and what the image needs of it; it may be that of a charge, or of leaving early.
function dues.build_amount(model, package, record)
    local part = parts[record.every] and parts[record.every][record.priced_by or record.every] or { 1, 1 }
    local charge = { id = record.id, record = record, place = record.place, every = record.every or "once",
        ahead = record.every == "once" or record.ahead or false, part = part,
        say = record.say or record.id and "charge." .. record.id }
    if type(record.amount) == "function" then
        check_formula(model, package, charge)
        charge.reasons = reasons_of(record.amount)
    elseif type(record.amount) == "table" then
        charge.param = params.find(package, record.amount, "money")
    end
    return charge
end

function dues.build(model, package, record)
    check_cycle(record)
    local charge = dues.build_amount(model, package, record)
    resolve_each(model, package, charge)
    splits.check(record)
    return charge
end

-- What all versions of a charge must agree in, since one of its cycles may lie in several.
local shared = { "every", "ahead", "prorate", "round", "for_each", "by" }

local function same(a, b)
    if type(a) == "table" and type(b) == "table" then
        return a.step == b.step and a.mode == b.mode and a.param == b.param and a.fact == b.fact
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

-- "package.charge" of all charges in order, and the first charge that has each name.
function dues.names(packages)
    local names, by_name = {}, {}
    for _, package in ipairs(packages) do
        for _, charge in ipairs(package.charges) do
            local name = package.id .. "." .. (charge.id or "")
            if not by_name[name] then
                names[#names + 1], by_name[name] = name, charge
            end
        end
    end
    return names, by_name
end

-- The texts that charges need.
function dues.need(charges, need, blanks)
    for _, charge in ipairs(charges) do
        if charge.say then
            need(charge.say, charge.record.say and at(charge.place, "say") or charge.place, blanks)
        end
        splits.need(charge.record, need)
    end
end

-- The texts that reasons need, wherever a function gives them; a finding where a key is not written out.
function dues.need_reasons(need)
    for _, reason in ipairs(native.reasons()) do
        if reason.name == "" then
            find("reason_not_written", reason)
        else
            need(reason.name, reason)
        end
    end
end

-- For the image.
function dues.flat(charge)
    local record = charge.record
    return { id = charge.id, say = charge.say, every = charge.every, ahead = charge.ahead, by_day = record.prorate == "day",
        free_suspended = record.suspended == "free", by_package = record.by == "package",
        amount = math.type(record.amount) and record.amount or 0,
        amount_param = charge.param, amount_function = record.amount_number, each_param = charge.each_param,
        each_fact = charge.each_fact, reasons = charge.reasons or {}, splits = splits.flat(record), numerator = charge.part[1],
        denominator = charge.part[2], round_step = record.round.step,
        round_mode = record.round.mode,
        replaces = record.replaces and { package = record.replaces.package, charge = record.replaces.charge },
        line = charge.place.declaration.line }
end

return dues
