-- What top-ups give besides what is paid in: a bonus, and longer validity (topups.c says what applies).

local use, native = ...
local report = use "report"
local dated = use "dated"
local schema = use "schema"
local serves = use "serves"

local topups = {}
local find, at = report.find, report.at

-- Names by which a balance of the server knows what it pays for.
local PAYS_MAX = schema.limits.topup_pays
local NAME_BYTES_MAX = 64
local ID_BYTES_MAX = NAME_BYTES_MAX - #"topup..63"

-- What the bonus is besides how much it is, where there is none.
local function check_bonus(record)
    if not record.bonus and not record.extends then
        find("topup_gives_nothing", record.place, { id = record.id or "?" })
        return
    end
    for _, field in ipairs { "round", "valid", "pays" } do
        if record[field] and not record.bonus then
            find("topup_without_bonus", at(record.place, field), { field = field })
        elseif record[field] and field ~= "round" and record.to == "balance" then
            find("topup_to_balance", at(record.place, field), { field = field })
        end
    end
    if record.bonus and record.to == "gift" and not record.valid then
        find("topup_without_end", record.place, { id = record.id or "?" })
    end
end

local function check_amount(record)
    local bonus = record.bonus
    if not bonus then
        return
    elseif bonus.parts == 0 and bonus.amount == 0 then
        find("topup_bonus_of_zero", bonus.place)
    elseif bonus.parts > 0 and not record.round then
        find("topup_unrounded", bonus.place)
    elseif bonus.parts == 0 and record.round then
        find("topup_round", at(record.place, "round"))
    end
    if bonus.parts > 1000000 or record.at_least and bonus.amount > record.at_least then
        find("topup_larger", bonus.place, { at_least = record.at_least and native.amount(record.at_least) or "?" })
    end
end

-- What the gift pays for: as the image has it, and by the names that balances know, "voice" or "voice.local".
local function add_pays(model, topup)
    topup.serves, topup.names = not topup.record.pays and serves.on(model) or {}, {}
    for _, pays in ipairs(topup.record.pays or {}) do
        for _, one in ipairs(serves.on(model, pays) or {}) do
            table.insert(topup.serves, one)
            for _, zone in ipairs(one.zones and report.sorted_keys(one.zones) or {}) do
                table.insert(topup.names, one.service.id .. "." .. zone)
            end
            table.insert(topup.names, not one.zones and one.service.id or nil)
        end
    end
    for _, name in ipairs(topup.names) do
        if #name > NAME_BYTES_MAX then
            find("topup_long", at(topup.place, "pays"), { name = name, max = NAME_BYTES_MAX })
        end
    end
    if #topup.names > PAYS_MAX then
        find("too_many", at(topup.place, "pays"), { word = "pays", count = #topup.names, max = PAYS_MAX,
            what = { en = "services and zones", zh = "业务与计费区" } })
    end
end

-- A million times what a rule gives for an amount; nil where that is more than can be counted.
local function bonus_of(bonus, amount)
    if bonus.parts == 0 then
        return bonus.amount <= math.maxinteger // 1000000 and bonus.amount * 1000000 or nil
    end
    return amount <= math.maxinteger // bonus.parts and amount * bonus.parts or nil
end

local function overlap(a, b)
    return (not a.till or not b.from or b.from.day < a.till.day) and (not b.till or not a.from or a.from.day < b.till.day)
end

-- Of two of which only the one for the higher amount applies.
local function check_pair(lower, higher)
    local less, more = lower.record, higher.record
    if less.at_least == more.at_least then
        if (less.every == nil) == (more.every == nil) then
            find("topup_same_amount", at(more.place, "at_least"), { id = more.id, other = less.id, amount = native.amount(more.at_least) })
        end
        return
    elseif not less.bonus or not more.bonus or more.extends or less.every then
        return
    end
    local given, instead = bonus_of(more.bonus, more.at_least), bonus_of(less.bonus, more.at_least)
    if given and instead and given < instead then
        find("topup_less_for_more", more.bonus.place, { id = more.id, other = less.id, amount = native.amount(more.at_least) })
    end
end

local function check_pairs(list)
    for index, topup in ipairs(list) do
        for before = 1, index - 1 do
            local other = list[before]
            if topup.id ~= other.id and not topup.record.broken and not other.record.broken and topup.record.stack == "best"
                and other.record.stack == "best" and overlap(topup, other) then
                local first = topup.record.at_least < other.record.at_least
                check_pair(first and topup or other, first and other or topup)
            end
        end
    end
end

-- Its name stands before that of a rule where balances and counters are named.
local function check_reserved(packages)
    for _, package in ipairs(packages) do
        if package.id == "topup" then
            find("topup_reserved", package.place)
        end
    end
end

-- All versions of all rules, sorted by id and day.
function topups.build(model, records)
    local list = dated.of(records)
    for _, topup in ipairs(list) do
        if #topup.id > ID_BYTES_MAX then
            find("topup_long", topup.place, { name = topup.id, max = ID_BYTES_MAX })
        end
        if not topup.record.broken then
            check_bonus(topup.record)
            check_amount(topup.record)
        end
        add_pays(model, topup)
    end
    check_pairs(list)
    if #list > schema.limits.topups then
        find("too_many", list[#list].place, { word = "topup", count = #list, max = schema.limits.topups,
            what = { en = "versions of rules", zh = "规则版本" } })
    elseif #list > 0 then
        check_reserved(model.packages)
    end
    return list
end

-- For the image; `served` is the usage that the gift pays for, as the image has it.
function topups.flat(topup, served)
    local record = topup.record
    local bonus = record.bonus or { parts = 0, amount = 0 }
    return { id = topup.id, from = topup.from and topup.from.day, till = topup.till and topup.till.day, say = record.say,
        at_least = record.at_least, parts = bonus.parts, amount = bonus.amount, round = record.round, to_balance = record.to == "balance",
        valid = record.valid, serves = served, pays = topup.names, extends = record.extends,
        extends_text = record.extends and record.extends.text, every = record.every, adds = record.stack == "add" }
end

return topups
