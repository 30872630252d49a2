-- Deposits and gifts of a package: their instalments, what they pay for, and the order of paying.

local use, native = ...
local report = use "report"
local declare = use "declare"
local failed = use "failed"
local types = use "types"
local schema = use "schema"
local dues = use "dues"
local serves = use "serves"

local deposits = {}
local find, at, readers = report.find, report.at, types.readers

local TIMES_MAX = schema.limits.instalments

types.wanted.instalment = { en = "an amount, or so many of it, such as { \"20.00\", times = 5 }",
    zh = "金额，或若干期，例如 { \"20.00\", times = 5 }", like = '{ "20.00", times = 5 }' }
types.wanted.charge_name = { en = "\"all\", or the names of charges, such as \"fee\" or \"package.fee\"",
    zh = "\"all\"，或收费的名称，例如 \"fee\"、\"优惠包.fee\"", like = '"fee"' }

local function is_list(value)
    return type(value) == "table" and not declare.made(value)
end

-- "50.00", or { "50.00", times = 12 }: { amount, times }; nil after a finding
local function read_instalment(value, place)
    local amount, times = value, 1
    if is_list(value) then
        for key, entry in report.entries(value) do
            if key ~= 1 and key ~= "times" then
                return types.wrong(entry, at(place, key), types.wanted.instalment)
            end
        end
        amount, times = value[1], readers.integer(value.times == nil and 1 or value.times, at(place, "times"), 1, TIMES_MAX)
        place = at(place, 1)
    end
    local micros = readers.money(amount, place, 0)
    if micros == 0 then
        find("instalment_of_zero", place)
        return nil
    end
    return micros and times and { amount = micros, times = times } or nil
end

-- One instalment, or a list of them: { { amount, times }, … }
function readers.instalments(value, place)
    if not is_list(value) or value.times ~= nil then
        local one = read_instalment(value, place)
        return one and { one } or nil
    end
    local list, sound = {}, true
    for key, entry in report.entries(value) do
        local inner = at(place, key)
        if math.type(key) ~= "integer" or key < 1 or key > #value then
            types.wrong(entry, inner, types.wanted.instalment)
            sound = false
        else
            list[key] = read_instalment(entry, inner)
            sound = sound and list[key] ~= nil
        end
    end
    if #value == 0 then
        find("no_entries", place, { word = types.field_of(place) })
    end
    return sound and #value > 0 and list or nil
end

-- "all", or a list of { package (nil: its own), charge, place }
function readers.charge_names(value, place)
    if value == "all" then
        return { all = true }
    end
    local list, sound = {}, true
    for index, name in ipairs(is_list(value) and value or { value }) do
        local inner = is_list(value) and at(place, index) or place
        local text = type(name) == "string" and name or ""
        local package, charge = string.match(text, "^(%a[%w_-]*)%.(%a[%w_-]*)$")
        charge = charge or string.match(text, "^%a[%w_-]*$")
        if not charge or charge == "all" then
            types.wrong(name, inner, types.wanted.charge_name)
            sound = false
        end
        list[index] = { package = package, charge = charge, place = inner }
    end
    if sound and #list == 0 then
        find("no_entries", place, { word = types.field_of(place) })
        return nil
    end
    return sound and list or nil
end

-- How many instalments there are, and their sum; nil where that is more than money can be.
local function sum_of(list)
    local times, sum = 0, 0
    for _, one in ipairs(list) do
        if one.amount > (math.maxinteger - sum) // one.times then
            return nil
        end
        times, sum = times + one.times, sum + one.amount * one.times
    end
    return times, sum
end

-- The instalments of a record, summed up; what a deposit says it is must be their sum.
local function add_instalments(stored, field)
    local record, list = stored.record, stored.record[field]
    if not list then
        return
    end
    local times, sum = sum_of(list)
    stored.instalments, stored.times, stored.amount = list, times, sum
    if not sum then
        find("out_of_range", at(record.place, field), { field = field, got = { en = "more than money can be", zh = "超出金额范围" },
            range = { en = "less", zh = "更小" } })
    elseif times > TIMES_MAX then
        find("too_many", at(record.place, field), { word = field, count = times, max = TIMES_MAX,
            what = { en = "instalments", zh = "期" } })
    elseif stored.kind == "deposit" and record.amount and sum ~= record.amount then
        find("deposit_sum", at(record.place, field), { amount = native.amount(record.amount), sum = native.amount(sum) })
    end
end

-- The usage that is paid, as a list like that of serves.resolve; the charges, as written.
local function add_pays(model, stored)
    stored.serves, stored.charges = {}, {}
    for _, pays in ipairs(stored.record.pays or {}) do
        if not pays.service and not pays.zone and not pays.charge and not pays.broken then
            find("pays_nothing", pays.place, { word = stored.kind, id = stored.record.id or "?" })
        end
        for _, one in ipairs((pays.service or pays.zone) and serves.on(model, pays) or {}) do
            table.insert(stored.serves, one)
        end
        stored.all_charges = stored.all_charges or pays.charge and pays.charge.all
        table.move(pays.charge or {}, 1, #(pays.charge or {}), #stored.charges + 1, stored.charges)
    end
end

local function build(model, record, kind, field)
    local stored = { id = record.id, kind = kind, record = record, place = record.place }
    add_instalments(stored, field)
    add_pays(model, stored)
    return stored
end

-- The deposit with which a gift begins, as its place in the package, from 0.
local function find_deposit(gift, list)
    local names = {}
    for index, stored in ipairs(list) do
        if stored.kind == "deposit" then
            if stored.id == gift.record.with then
                return index - 1
            end
            names[#names + 1] = stored.id
        end
    end
    if not failed.mentions(gift.record.with) then
        find("unknown_name", at(gift.place, "with"), { what = { en = "deposit in this package", zh = "预存金（本优惠包中）" },
            name = gift.record.with, near = report.nearest(gift.record.with, names) })
    end
end

-- All that a package stores, deposits first.
function deposits.build(model, record)
    local list = {}
    for _, deposit in ipairs(record.deposit) do
        list[#list + 1] = build(model, deposit, "deposit", "release")
    end
    for _, given in ipairs(record.gift) do
        local gift = build(model, given, "gift", "amounts")
        if not given.valid and not given.broken then
            find("gift_without_end", given.place, { id = given.id })
        end
        gift.with = given.with and find_deposit(gift, list)
        list[#list + 1] = gift
    end
    return list
end

local months_of = { month = 1, year = 12 }

-- A day of a month, counted from year 0, or the last one where there is none; beyond all days where nobody counts any more.
local function day_of(months, day)
    for try = day, math.min(day, 28), -1 do
        local found = native.day(string.format("%04d-%02d-%02d", months // 12, months % 12 + 1, try))
        if found then
            return found
        end
    end
    return math.maxinteger
end

-- The day on which the last instalment comes of what begins on a day (see schedule.c).
local function last_day(record, times, begin)
    local later = record.first == "at_once" and times - 1 or times
    if record.every == "day" or later == 0 then
        return begin.day + later
    end
    local year, month, day = string.match(begin.text, "^(%d+)-(%d+)-(%d+)$")
    local same = record.first == "same_day"
    local first = record.every == "year" and not same and 0 or math.tointeger(month) - 1
    return day_of(math.tointeger(year) * 12 + first + months_of[record.every] * later, same and math.tointeger(day) or 1)
end

-- Whoever takes the package on the first day of a version must get all instalments while there is such a package.
local function check_end(package, till)
    for _, stored in ipairs(package.stored) do
        if stored.times and not stored.record.broken and last_day(stored.record, stored.times, package.from) >= till.day then
            find("instalments_too_long", stored.place, { word = stored.kind, id = stored.id or "?", from = package.from.text,
                till = till.text })
        end
    end
end

-- Names of charges, once all packages are there: which stands for what is filled in.
local function check_charges(packages)
    local names, known = dues.names(packages)
    for _, package in ipairs(packages) do
        for _, stored in ipairs(package.stored) do
            for _, charge in ipairs(stored.charges) do
                charge.package = charge.package or package.id
                local name = charge.package .. "." .. charge.charge
                if not known[name] and not failed.mentions(charge.charge) then
                    find("unknown_name", charge.place, { what = { en = "charge", zh = "收费" }, name = name,
                        near = report.nearest(name, names) })
                end
            end
        end
    end
end

-- All versions of all packages, sorted by id and day.
function deposits.check(packages)
    local last = {}
    for _, package in ipairs(packages) do
        last[package.id] = package
    end
    for _, package in ipairs(packages) do
        if last[package.id].till then
            check_end(package, last[package.id].till)
        end
    end
    check_charges(packages)
end

-- The order in which money is spent: { expiry_first, cash, deposit, gift }, ranks from 0; nil after findings.
function deposits.pay_order(catalog)
    local order, rank, kinds = catalog.pay_order, {}, 0
    for _, name in ipairs(order or {}) do
        if name ~= "expiry" then
            rank[name], kinds = kinds, kinds + 1
        end
    end
    if not order then
        return nil
    elseif kinds < 3 or #order < 4 or order[1] ~= "expiry" and order[4] ~= "expiry" then
        find("pay_order_incomplete", at(catalog.place, "pay_order"))
        return nil
    end
    rank.expiry_first = order[1] == "expiry"
    return rank
end

-- The texts that they need.
function deposits.need(list, need)
    for _, stored in ipairs(list) do
        if stored.id then
            need(stored.kind .. "." .. stored.id, stored.place)
        end
    end
end

-- For the image; `served` is the usage that it pays for, as the image has it.
function deposits.flat(stored, served)
    local record, charges = stored.record, {}
    for index, charge in ipairs(stored.charges) do
        charges[index] = { package = charge.package, charge = charge.charge }
    end
    return { kind = stored.kind, id = stored.id, with = stored.with, instalments = stored.instalments, times = stored.times,
        amount = stored.amount, every = record.every, first = record.first, valid = record.valid, serves = served,
        all_charges = stored.all_charges, charges = charges, skipped = record.suspended == "skip",
        by_package = record.by == "package", cancel = record.cancel }
end

return deposits
