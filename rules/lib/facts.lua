-- Facts in tests: what is told of customers and sites, with the time from which and till which it holds.

local use, native = ...
local report = use "report"
local types = use "types"

local facts = {}
local find, at = report.find, report.at

-- "site.tenants", "customer.segment", or "customer.spend.2026-01" of what is known by month
function types.readers.told_name(value, place)
    local name = type(value) == "string" and (string.gsub(value, "%.%d%d%d%d%-%d%d$", "")) or ""
    local month = #name > 0 and string.sub(value, #name + 2) or ""
    if not string.find(name, "^%a[%w_-]*%.%a[%w_-]*$") or month ~= "" and not native.day(month .. "-01") then
        return types.wrong(value, place, { en = "the name of a fact, such as \"site.tenants\" or \"customer.segment\"",
            zh = "事实或客户资料的名称，例如 \"site.tenants\"、\"customer.segment\"", like = '"customer.segment"' })
    end
    return value
end

-- A text or a whole number, as it would be sent; true and false are texts then.
function types.readers.given(value, place)
    if type(value) == "boolean" then
        return tostring(value)
    elseif math.type(value) ~= "integer" and not (type(value) == "string" and native.is_text(value)) then
        return types.wrong(value, place, types.wanted.attribute)
    end
    return value
end

-- What the catalog declares: "formula", "customer" or "by month" by name, of those that are known where it is asked.
local function is_known(known, name, customers)
    local base = string.gsub(name, "%.%d%d%d%d%-%d%d$", "")
    return known[name] == "formula" or customers and (known[name] == "customer" or base ~= name and known[base] == "by month")
end

-- Does the catalog declare it? True where there is no release to ask.
local function check(name, place, customers)
    local known, names = native.facts(), {}
    if not known or is_known(known, name, customers) then
        return true
    end
    for other, kind in pairs(known) do
        if customers or kind == "formula" then
            names[#names + 1] = kind == "by month" and other .. ".2026-01" or other
        end
    end
    table.sort(names)
    find("unknown_fact", place, { name = name, near = report.nearest(name, names) })
    return false
end

-- For C: { name, text or number, from, till, member }; nil after findings. `customers`: it may be of a customer.
function facts.flat_one(fact, customers)
    if fact.broken or not check(fact.name, at(fact.place, 1), customers) then
        return nil
    end
    local kind = type(fact.value) == "string" and "text" or "number"
    return { name = fact.name, [kind] = fact.value, from = fact.from, till = fact.till, member = fact.member }
end

-- A list of them; nil after findings.
function facts.flat(list, customers)
    local flat = {}
    for _, fact in ipairs(list) do
        flat[#flat + 1] = facts.flat_one(fact, customers)
    end
    return #flat == #list and flat or nil
end

return facts
