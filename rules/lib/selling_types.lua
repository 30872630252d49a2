-- Readers of the values that only selling has; see types.lua.

local use, native = ...
local report = use "report"
local declare = use "declare"
local types = use "types"

local readers, wrong, at = types.readers, types.wrong, report.at

local wanted = {
    party = { en = "a package, or \"plan.ID\", \"offering.ID\"", zh = "优惠包，或 \"plan.编号\"、\"offering.编号\"", like = '"e6_base"' },
    member_count = { en = "a number of lines such as 1 or \"0..2\", at most 1000", zh = "线路数，例如 1 或 \"0..2\"，至多 1000", like = '"0..2"' },
    effective_mode = { en = "\"now\", \"next_cycle\", \"date\", { days_after_acceptance = 3 } or { days_after_completion = 3 }",
        zh = "\"now\"、\"next_cycle\"、\"date\"、{ days_after_acceptance = 3 } 或 { days_after_completion = 3 }", like = '"next_cycle"' },
    fact_kind = { en = "\"money\", \"integer\", \"text\", \"boolean\", \"date\" or \"money by month\"",
        zh = "\"money\"、\"integer\"、\"text\"、\"boolean\"、\"date\" 或 \"money by month\"", like = '"money"' },
    fact = { en = "a text, a whole number, true or false, or amounts by month", zh = "文本、整数、true 或 false，或按月的金额", like = '"150.00"' },
    month = { en = "a month such as \"2026-01\"", zh = "月份，例如 \"2026-01\"", like = '["2026-01"] = "150.00"' },
}

local function is_plain(value)
    return type(value) == "table" and not declare.made(value)
end

-- { kind = "package", id }, from "e6_base", "plan.e6" or "offering.home"; looked up when everything has been read.
function readers.party(value, place)
    local kind, id = string.match(type(value) == "string" and value or "", "^(%l+)%.(.+)$")
    if kind ~= "plan" and kind ~= "offering" and kind ~= "package" then
        kind, id = "package", value
    end
    if type(id) ~= "string" or #id > 64 or not string.find(id, "^%a[%w_-]*$") then
        return wrong(value, place, wanted.party)
    end
    table.insert(types.references, { what = kind, name = id, place = place })
    return { kind = kind, id = id, name = kind == "package" and id or kind .. "." .. id, place = place }
end

-- { min, max }
function readers.member_count(value, place)
    local min, max = value, value
    if type(value) == "string" then
        min, max = string.match(value, "^(%d+)%.%.(%d+)$")
        min, max = math.tointeger(tonumber(min)), math.tointeger(tonumber(max))
    end
    if math.type(min) ~= "integer" or math.type(max) ~= "integer" or min < 0 or max > 1000 or min > max then
        return wrong(value, place, wanted.member_count)
    end
    return { min = min, max = max }
end

local DAYS_MAX = 3660

-- { kind = "next_cycle", days = 0 }
function readers.effective_mode(value, place)
    if value == "now" or value == "next_cycle" or value == "date" then
        return { kind = value, days = 0 }
    end
    local key, days
    if is_plain(value) then
        for name, given in report.entries(value) do
            if key then
                return wrong(value, place, wanted.effective_mode)
            end
            key, days = name, given
        end
    end
    if key ~= "days_after_acceptance" and key ~= "days_after_completion" then
        return wrong(value, place, wanted.effective_mode)
    end
    days = readers.integer(days, at(place, key), 0, DAYS_MAX)
    return days and { kind = key, days = days }
end

-- { same_as = { package } } or { rows = { { product, count }, … } }, with the place
function readers.members(value, place)
    if not is_plain(value) then
        return wrong(value, place, types.wanted.table)
    elseif value.same_as == nil then
        local rows = readers.rows(value, place, "member")
        return rows and { rows = rows, place = place }
    end
    for key in report.entries(value) do
        if key ~= "same_as" then
            return wrong(value, place, { en = "either same_as or rows", zh = "只能是 same_as 或若干行，二者之一",
                like = '{ same_as = "e6_base" }' })
        end
    end
    local same_as = readers.name_of(value.same_as, at(place, "same_as"), "package")
    return same_as and { same_as = same_as, place = place }
end

local fact_kinds = { money = true, integer = true, text = true, boolean = true, date = true, ["money by month"] = true }

-- A list of { name, kind, place } by name.
function readers.fact_kinds(value, place)
    if not is_plain(value) then
        return wrong(value, place, types.wanted.table)
    end
    local list = {}
    for name, kind in report.entries(value) do
        local inner = at(place, name)
        local id = readers.id(name, inner)
        if not fact_kinds[kind] then
            wrong(kind, inner, wanted.fact_kind)
        elseif id then
            list[#list + 1] = { name = id, kind = kind, place = inner }
        end
    end
    return list
end

local function add_fact(list, name, given, place)
    if type(given) == "boolean" then
        given = tostring(given)
    end
    if math.type(given) == "integer" then
        list[#list + 1] = { name = name, number = given }
    elseif type(given) == "string" and native.is_text(given) then
        list[#list + 1] = { name = name, text = given }
    else
        wrong(given, place, wanted.fact)
    end
end

-- A list of { name, text or number } by name; amounts by month are called "spend.2026-01".
function readers.facts(value, place)
    if not is_plain(value) then
        return wrong(value, place, types.wanted.table)
    end
    local list = {}
    for name, given in report.entries(value) do
        local inner = at(place, name)
        local id = readers.id(name, inner)
        if id and is_plain(given) then
            for month, amount in report.entries(given) do
                if type(month) ~= "string" or not native.day(month .. "-01") then
                    wrong(month, at(inner, month), wanted.month)
                else
                    add_fact(list, id .. "." .. month, amount, at(inner, month))
                end
            end
        elseif id then
            add_fact(list, id, given, inner)
        end
    end
    table.sort(list, function(a, b) return a.name < b.name end)
    return list
end

-- A list of { product, id } by product, then id, from { pstn = "P1", phs = { "H1", "H2" } }.
function readers.lines(value, place)
    if not is_plain(value) then
        return wrong(value, place, types.wanted.table)
    end
    local list = {}
    for product, given in report.entries(value) do
        local id = readers.id(product, at(place, product))
        for _, line in ipairs(id and readers.list(given, at(place, product), "text") or {}) do
            list[#list + 1] = { product = id, line = line }
        end
    end
    table.sort(list, function(a, b)
        if a.product ~= b.product then
            return a.product < b.product
        end
        return a.line < b.line
    end)
    return list
end

-- A function of a customer.
function readers.condition(value, place)
    return readers["function"](value, place, "subject")
end

return wanted
