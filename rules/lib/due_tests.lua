-- Tests of what falls due: the word `due`, as cases for catalog_test.c beside those of tests.lua.

local use = ...
local report = use "report"

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
    if not expect.amount and not expect.lines and not expect.refused then
        find("due_nothing_expected", expect.place)
        return nil
    end
    return { amount = expect.amount, lines = expect.lines and table.concat(expect.lines, ", "), refused = expect.refused }
end

-- The case of a record for C; nil after findings.
function due_tests.read(record)
    local expect = expected(record.expect)
    local days = record.till.day - record.from.day
    if days <= 0 or days > DAYS_MAX then
        find("due_period", at(record.place, "till"), { max = DAYS_MAX })
        return nil
    end
    return expect and { holds = record.holds, from = record.from.day, till = record.till.day, suspended = record.suspended,
        expect = expect }
end

return due_tests
