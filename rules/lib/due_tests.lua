-- Tests of what falls due: the word `due`, as cases for catalog_test.c beside those of tests.lua.

local use, native = ...
local report = use "report"
local facts = use "facts"
use "params" -- whose readers the words here need

local due_tests = {}
local find, at = report.find, report.at

local DAYS_MAX = 3700

-- "fee 91.55" or "fee 2026-03-01 91.55"
local function is_line(text)
    local rest = string.match(text, "^%a[%w_-]* (.*)$")
    local amount = rest and (string.match(rest, "^%d%d%d%d%-%d%d%-%d%d (.*)$") or rest)
    return amount and string.find(amount, "^%d+%.%d%d+$") ~= nil
end

-- What is expected, as texts and an amount; nil after a finding.
local function expected(expect)
    for index, line in ipairs(expect.lines or {}) do
        if not is_line(line) then
            find("due_line", at(at(expect.place, "lines"), index), { got = line })
            return nil
        end
    end
    for index, share in ipairs(expect.split or {}) do
        if not string.find(share, "^%a[%w_-]* %a[%w_-]* %d+%.%d%d+$") then
            find("due_split", at(at(expect.place, "split"), index), { got = native.shorten(share) })
            return nil
        end
    end
    for index, run in ipairs(expect.replaced or {}) do
        if not string.find(run, "^%a[%w_-]* %d%d%d%d%-%d%d%-%d%d %a[%w_-]*%.%a[%w_-]*$") then
            find("due_replaced", at(at(expect.place, "replaced"), index), { got = native.shorten(run) })
            return nil
        end
    end
    if not (expect.amount or expect.tax or expect.lines or expect.split or expect.replaced or expect.refused or expect.nearest) then
        find("due_nothing_expected", expect.place)
        return nil
    end
    return { amount = expect.amount, tax = expect.tax, lines = expect.lines and table.concat(expect.lines, ", "),
        split = expect.split and table.concat(expect.split, ", "),
        replaced = expect.replaced and table.concat(expect.replaced, ", "),
        refused = expect.refused,
        nearest = expect.nearest }
end

-- The case of a record for C; nil after findings.
function due_tests.read(record)
    local expect = expected(record.expect)
    local days = record.till.day - record.from.day
    if days <= 0 or days > DAYS_MAX then
        find("due_period", at(record.place, "till"), { max = DAYS_MAX })
        return nil
    end
    local known = facts.flat(record.facts)
    return expect and known and { holds = record.holds, besides = record.besides,
        from = record.from.day, till = record.till.day, suspended = record.suspended,
        params = record.params, facts = known, expect = expect }
end

return due_tests
