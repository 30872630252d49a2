-- The words for money that a package stores or gives, `deposit` and `gift`, and for what happens to it in scenarios. Read by schema.lua.

local use = ...
local sharing = use "words_sharing"

-- Fields that both have.
local id = { "id", "id", required = true, say = { en = "Unlike any other deposit and gift of its package", zh = "在优惠包的预存金与赠款中唯一" } }
local every = { "every", { "one_of", "day", "month", "year" }, default = "month",
    say = { en = "An instalment in each day, month or year", zh = "每日、每月或每年一期" } }
local first = { "first", { "one_of", "next_cycle", "at_once", "same_day" }, default = "next_cycle",
    say = { en = "next_cycle: when the next cycle begins; at_once: also when it begins; same_day: on the same day a cycle later",
        zh = "首期：next_cycle 为下一周期之初；at_once 为当时即有一期；same_day 为隔一周期的同一天" } }
local pays = { "pays", { "records", "pays" }, required = true, say = { en = "What it may pay for", zh = "可用于支付" } }
local instalments = {
    en = "So much at a time: { \"30.00\", { \"20.00\", times = 5 } }", zh = "各期金额：{ \"30.00\", { \"20.00\", times = 5 } }",
}

local records = {
    pays = {
        say = { en = "Usage and charges", zh = "使用与收费" },
        fields = {
            { "service", { "list", { "name_of", "service" } }, say = { en = "Usage of these services", zh = "这些业务的使用" } },
            { "zone", { "list", "id" }, say = { en = "Only in these zones", zh = "仅限这些计费区" } },
            { "charge", "charge_names", say = { en = "These charges, of its package or \"package.charge\"; \"all\": all of them",
                zh = "这些收费：本优惠包的，或 \"优惠包.收费\"；\"all\" 为全部" } },
        },
    },
}

local deposit = {
    "deposit", form = "plain",
    say = { en = "Money that is paid in, and released in instalments", zh = "预存金：一次存入，分期返还" },
    fields = {
        id,
        { "amount", { "money", 0 }, required = true, say = { en = "What is paid in", zh = "存入金额" } },
        { "release", "instalments", required = true, say = instalments },
        every, first,
        { "valid", "cycles", say = { en = "What is released is good for so long; else always", zh = "每期返还后的有效期；不写则一直有效" } },
        pays,
        { "cancel", { "one_of", "cash", "forfeit" }, default = "cash",
            say = { en = "What becomes of the rest when the package ends: it turns to cash, or is lost",
                zh = "优惠包终止时剩余部分：转为现金（cash）或作废（forfeit）" } },
    },
}

local gift = {
    "gift", form = "plain",
    say = { en = "Money that is given in instalments", zh = "赠款：分期赠送" },
    fields = {
        id,
        { "with", "id", say = { en = "It begins when this deposit of the package is paid in; else with the package",
            zh = "随本优惠包的这笔预存金存入而开始；不写则随优惠包开始" } },
        { "amounts", "instalments", required = true, say = instalments },
        every, first,
        sharing.once,
        { "valid", "cycles", say = { en = "Each is good for so long, its first day included: \"2 months\"",
            zh = "每期的有效期（含首日），例如 \"2 months\"" } },
        pays,
        { "suspended", { "one_of", "give", "skip" }, default = "give",
            say = { en = "While the subscription is suspended: given all the same, or lost", zh = "停机期间：照常赠送（give）或作废（skip）" } },
        { "cancel", { "one_of", "forfeit", "keep", "cash" }, default = "forfeit",
            say = { en = "What becomes of what is not spent when the package ends: it is lost, can still be spent, or turns to cash",
                zh = "优惠包终止时未用完的赠款：作废（forfeit）、仍可使用（keep）或转为现金（cash）" } },
    },
}

local pay_order = { "pay_order", { "list", { "one_of", "expiry", "gift", "deposit", "cash" } },
    default = { "expiry", "gift", "deposit", "cash" },
    say = { en = "What is spent first, by kind; expiry, before or behind the kinds: what expires first",
        zh = "支付的先后，按种类；expiry 写在最前或最后，为先到期者优先" } }

-- What happens in a scenario.
local steps = {
    {
        "top_up", form = "value", value = { "money", 0 }, example = 'top_up "50.00"',
        say = { en = "Cash is paid in", zh = "存入现金" },
    },
    {
        "store", form = "plain",
        say = { en = "A deposit of a package that is held is paid in", zh = "存入所持优惠包的一笔预存金" },
        fields = {
            { "deposit", "stored_name", at = 1, required = true, say = { en = "\"package.deposit\"", zh = "\"优惠包.预存金\"" } },
        },
    },
    {
        "suspend", form = "plain",
        say = { en = "The subscription is suspended: nothing can be used", zh = "用户停机，无法使用" }, fields = {},
    },
    {
        "resume", form = "plain",
        say = { en = "It is no longer suspended", zh = "用户复机" }, fields = {},
    },
}

local cash = { "cash", "money",
    say = { en = "What is there at the beginning. A scenario that speaks of money is paid from what is there",
        zh = "开始时的现金。凡写到资金的场景，费用都从账本中支付" } }

local state = {
    { "balances", "balances", say = { en = "What is there: { cash = \"5.00\", gift = \"30.00\", [\"package.deposit\"] = \"50.00\" }",
        zh = "账本余额：{ cash = \"5.00\", gift = \"30.00\", [\"优惠包.预存金\"] = \"50.00\" }" } },
    { "entries", { "list_with_repeats", "text" },
        say = { en = "What moved since entries were expected last, in order: \"pay package.gift 20.00\", or with the day before it; "
            .. "{} nothing",
            zh = "自上次写 entries 以来的账目（按顺序）：\"pay 优惠包.赠款 20.00\"，前面可加日期；{} 为没有" } },
}

local function append(list, more)
    table.move(more, 1, #more, #list + 1, list)
end

return function(schema)
    local before
    for index, word in ipairs(schema.catalog) do
        if word[1] == "catalog" then
            append(word.fields, { pay_order })
        elseif word[1] == "package" then
            append(word.items, { "deposit", "gift" })
        end
        before = word[1] == "plan" and index or before
    end
    table.insert(schema.catalog, before, deposit)
    table.insert(schema.catalog, before + 1, gift)
    for _, word in ipairs(schema.tests) do
        if word[1] == "scenario" then
            append(word.items, { "top_up", "store", "suspend", "resume" })
            append(word.fields, { cash })
        elseif word[1] == "expect" then
            append(word.fields, state)
        end
    end
    append(schema.tests, steps)
    schema.records.pays = records.pays
end
