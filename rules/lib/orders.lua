-- Orders of test files: `order`, a question of sell.h and its verdict.

local use = ...
local report = use "report"
local events = use "events"
local facts = use "facts"
use "selling_types"

local orders = {}
local find, at = report.find, report.at

-- PREVIEW_BILLS_MAX of preview.h
local BILLS_MAX = 24

local function with_lines(item)
    return { package = item.package, plan = item.plan, offering = item.offering, lines = item.lines, from = item.from,
        till = item.till, effective = item.effective, params = item.params, facts = facts.flat(item.facts) or {} }
end

-- What is held, for C.
function orders.items(items)
    local held = {}
    for index, item in ipairs(items) do
        held[index] = with_lines(item)
    end
    return held
end

local function add_held(held, items)
    events.check_packages(items)
    local list = orders.items(items)
    table.move(list, 1, #list, #held + 1, held)
end

-- The day on which it begins, where that is asked for; a finding where it must be.
local function set_mode(wanted, item, word)
    if item.effective and item.effective.kind == "date" and not item.from then
        find("missing_field", item.place, { word = word, field = "from", say = { en = "the day on which it begins", zh = "生效日期" } })
    end
    wanted.effective = item.effective or item.from and { kind = "date", days = 0 } or nil
end

-- What ends or changes: each item that is held of that package.
local function add_changes(wanted, held, items, action)
    for _, item in ipairs(items) do
        local found = false
        for index, other in ipairs(held) do
            if other.package == item.package then
                found = true
                local change = with_lines(item)
                change.action, change.target = action, index - 1
                if action == "change" then
                    set_mode(change, item, action)
                end
                wanted[#wanted + 1] = change
            end
        end
        if not found and item.package then
            find("order_of_nothing", item.place, { word = action, name = item.package })
        end
    end
end

local function add_additions(wanted, items)
    for _, item in ipairs(items) do
        local addition = with_lines(item)
        addition.action = "add"
        set_mode(addition, item, "add")
        wanted[#wanted + 1] = addition
    end
end

local function joined(list, between)
    return list and table.concat(list, between or "; ") or nil
end

-- The last bill that is asked for, and what stands on the first.
local function check_bills(expect)
    events.check_fees(expect.first_bill, at(expect.place, "first_bill"))
    for _, field in ipairs { "next_bills", "saves" } do
        if expect[field] and #expect[field] >= BILLS_MAX then
            find("order_bills", at(expect.place, field), { max = BILLS_MAX - 1 })
            return false
        end
    end
    return true
end

local function is_sound(record)
    local sound = record.id and not record.broken and not record.expect.broken and not record.customer.broken
    for _, field in ipairs { "holds", "pending", "add", "change", "cancel", "leave", "join" } do
        for _, item in ipairs(sound and record[field] or {}) do
            sound = sound and not item.broken
        end
    end
    return sound
end

-- An order for C; nil after findings.
function orders.read(record)
    if not is_sound(record) or not check_bills(record.expect) then
        return nil
    end
    local held, wanted, expect = {}, {}, record.expect
    add_held(held, record.holds)
    add_held(held, record.pending)
    add_additions(wanted, record.add)
    for _, action in ipairs { "change", "cancel", "leave", "join" } do
        add_changes(wanted, held, record[action], action)
    end
    return { held = held, wanted = wanted, at = record.at, completed = record.completed,
        facts = record.customer.facts, formula_facts = facts.flat(record.facts) or {}, agreements = record.customer.agreements,
        expect = { verdict = expect.verdict, because = joined(expect.because), fixes = joined(expect.fixes), starts = expect.starts,
            first_bill = joined(expect.first_bill, ", "), one_off = expect.one_off, recurring = expect.recurring,
            next_bills = expect.next_bills, saves = expect.saves } }
end

return orders
