-- The steps of scenarios that move money, and what may be expected of it (see scenarios.lua).

local use, native = ...
local report = use "report"
local types = use "types"
local events = use "events"

local money_steps = { steps = {} }
local find, at, readers = report.find, report.at, types.readers

types.wanted.stored_name = { en = "\"package.deposit\"", zh = "\"优惠包.预存金\"", like = '"deposit_600.stored"' }
types.wanted.balances = { en = "cash, deposit, gift, unreleased, or \"package.deposit\"",
    zh = "cash、deposit、gift、unreleased，或 \"优惠包.预存金\"", like = '["deposit_600.stored"] = "50.00"' }

local NAME = "^(%a[%w_-]*)%.(%a[%w_-]*)$"

-- { package, id }, from "package.deposit"
function readers.stored_name(value, place)
    local package, id = string.match(type(value) == "string" and value or "", NAME)
    return package and { package = package, id = id } or types.wrong(value, place, types.wanted.stored_name)
end

local kinds = { cash = true, deposit = true, gift = true, unreleased = true }

-- A list of { kind, amount } or { package, id, amount } by name.
function readers.balances(value, place)
    if type(value) ~= "table" then
        return types.wrong(value, place, types.wanted.table)
    end
    local list, sound = {}, true
    for name, given in report.entries(value) do
        local inner = at(place, name)
        local package, id = string.match(type(name) == "string" and name or "", NAME)
        if not package and not kinds[name] then
            types.wrong(name, inner, types.wanted.balances)
            sound = false
        end
        local micros = readers.money(given, inner)
        list[#list + 1] = { kind = not package and name or nil, package = package, id = id, amount = micros, name = name }
        sound = sound and micros ~= nil
    end
    return sound and list or nil
end

-- Is there such a deposit or gift in the release that is tested? True where there is no release to ask.
local function check_stored(package, id, place, only)
    local known = native.stored()
    local name = package .. "." .. id
    if not known or known[name] and (not only or known[name] == only) then
        return true
    end
    local names = {}
    for other, kind in pairs(known) do
        if not only or kind == only then
            names[#names + 1] = other
        end
    end
    table.sort(names)
    find("unknown_stored", place, { name = name, near = report.nearest(name, names) })
    return false
end

function money_steps.steps.top_up(_, record)
    return { amount = record.value }
end

-- By whichever member.
local function is_held(scenario, package)
    for holding in pairs(scenario.held) do
        if string.match(holding, "^%S+") == package then
            return true
        end
    end
    return false
end

function money_steps.steps.store(scenario, record)
    local deposit, place = record.deposit, at(record.place, 1)
    if not events.check_package(deposit.package, place) or not check_stored(deposit.package, deposit.id, place, "deposit") then
        return nil
    elseif not is_held(scenario, deposit.package) then
        find("store_not_held", place, { name = deposit.package })
        return nil
    end
    return { package = deposit.package, deposit = deposit.id }
end

function money_steps.steps.suspend(scenario, record)
    if scenario.suspended then
        find("suspended_already", record.place)
    end
    scenario.suspended = true
    return {}
end

function money_steps.steps.resume(scenario, record)
    if not scenario.suspended then
        find("not_suspended", record.place)
    end
    scenario.suspended = false
    return {}
end

local moves = { top_up = true, bonus = true, store = true, release = true, gift = true, skip = true, expire = true, pay = true,
    to_cash = true, forfeit = true, refund = true }

-- "pay deposit_600.bonus 20.00", or "2026-04-01 expire deposit_600.bonus 10.00"
local function is_entry(text)
    local move, name, amount = string.match(text, "^(%l[%l_]*) (%S+) (%d+%.%d%d+)$")
    if not move then
        local day
        day, move, name, amount = string.match(text, "^(%d%d%d%d%-%d%d%-%d%d) (%l[%l_]*) (%S+) (%d+%.%d%d+)$")
        move = day and native.day(day) and move
    end
    return move and moves[move] and amount and (name == "cash" or string.find(name, NAME) ~= nil)
end

-- "hundred 10.00", or "hundred 30 days"
local function is_given(text)
    return string.find(text, "^%a[%w_-]* %d+%.%d%d+$") ~= nil or string.find(text, "^%a[%w_-]* %d+ %a+$") ~= nil
end

-- Is what is expected of money sound? False after findings.
function money_steps.check_expected(record)
    local sound = true
    for index, entry in ipairs(record.entries or {}) do
        if not is_entry(entry) then
            find("entry_line", at(at(record.place, "entries"), index), { got = native.shorten(entry) })
            sound = false
        end
    end
    for index, line in ipairs(record.topups or {}) do
        if not is_given(line) then
            find("topup_line", at(at(record.place, "topups"), index), { got = native.shorten(line) })
            sound = false
        end
    end
    for _, balance in ipairs(record.balances or {}) do
        if balance.package and not check_stored(balance.package, balance.id, at(at(record.place, "balances"), balance.name)) then
            sound = false
        end
    end
    return sound
end

-- Does a scenario speak of money? Then all that it costs is paid from what is there.
function money_steps.has_money(record)
    local spoken = record.cash ~= nil
    for _, entry in ipairs(record.entries) do
        spoken = spoken or entry.word == "top_up" or entry.word == "store"
            or entry.word == "expect" and (entry.balances or entry.entries or entry.topups) ~= nil
    end
    return spoken
end

return money_steps
