-- Guards of test files: each of their limits for test_guard.c, one after the other.

local use = ...
local types = use "types"

local guards = {}

-- "2%" or "20.00": { parts, amount }, as the reader of what comes off gives it, of which only one can stand here.
function types.readers.movement(value, place)
    if type(value) == "table" then
        return types.wrong(value, place, types.wanted.off)
    end
    local off = types.readers.off(value, place)
    return off and off.tiers[1]
end

-- All limits: { of, way, parts, amount } or { of = "lost", count }. Nothing after a finding.
function guards.limits(record)
    local limits = {}
    for _, of in ipairs { "total", "customer", "segment", "package", "zone" } do
        for _, way in ipairs { "falls", "rises" } do
            local change = record[of] and record[of][way]
            if change then
                limits[#limits + 1] = { of = of, way = way, name = of .. " " .. way, parts = change.parts, amount = change.amount }
            end
        end
    end
    limits[#limits + 1] = { of = "lost", name = "lost", count = record.lost }
    return limits
end

return guards
