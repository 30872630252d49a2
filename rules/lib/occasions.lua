-- Occasions of test files: `occasion`, a question of prompts.h and its verdict.

local use = ...
local report = use "report"
local events = use "events"
local orders = use "orders"
use "prompts"

local occasions = {}
local find, at = report.find, report.at

-- Where in what is held, from 0, each package stands that shall be cancelled.
local function cancelled(record)
    local numbers = {}
    for index, id in ipairs(record.cancel) do
        local found = false
        for number, item in ipairs(record.holds) do
            if item.package == id then
                found = true
                numbers[#numbers + 1] = number - 1
            end
        end
        if not found then
            find("cancel_of_nothing", at(at(record.place, "cancel"), index), { name = id })
        end
    end
    return numbers
end

local function any_broken(list)
    for _, entry in ipairs(list) do
        if entry.broken then
            return true
        end
    end
    return false
end

local function joined(list)
    return list and table.concat(list, ", ")
end

-- An occasion for C; nil after findings.
function occasions.read(record)
    local expect, past = record.expect, {}
    if record.broken or expect.broken or record.customer.broken or any_broken(record.holds) or any_broken(record.past) then
        return nil
    elseif not expect.prompts and not expect.skipped and not expect.expires and not expect.refused then
        find("occasion_without_expect", expect.place)
        return nil
    end
    for index, entry in ipairs(record.past) do
        past[index] = { id = entry.id, answer = entry.answer, at = entry.at }
    end
    events.check_packages(record.holds)
    return { on = record.on, at = record.at, held = orders.items(record.holds), cancelled = cancelled(record),
        facts = record.customer.facts, past = past,
        expect = { prompts = joined(expect.prompts), skipped = joined(expect.skipped), expires = joined(expect.expires),
            refused = expect.refused } }
end

return occasions
