-- The words for what a package tells its holder, `notify`, and what it gives back of a charge, `refund`; and for what becomes of
-- both in tests. Read by schema.lua.

local notify = {
    "notify", form = "plain",
    say = { en = "Tells once that little is left, that much is used, or that an end is near", zh = "提醒：余量不多、用量过高或将到期时通知一次" },
    fields = {
        { "id", "id", required = true, say = { en = "Unlike any other notify of its package", zh = "在优惠包的提醒中唯一" } },
        { "of", "id", say = { en = "An allowance, limit, cap or other counter of the package; left out: the package itself",
            zh = "本优惠包的免费资源、限额、封顶或其他计数器；不写则为优惠包本身" } },
        { "left", { "list", "threshold" }, say = { en = "When no more than this is left: \"10%\", \"1000 items\"; of a cap \"5.00\"",
            zh = "余量降至此时：\"10%\"、\"1000 items\"；封顶为 \"5.00\"" } },
        { "used", { "list", "threshold" }, say = { en = "When as much as this is used: \"80%\", \"300 minutes\"; of a cap \"45.00\"",
            zh = "用量达到此时：\"80%\"、\"300 minutes\"；封顶为 \"45.00\"" } },
        { "before", { "list", "lead_time" }, say = { en = "So long before the allowance, or the package as it is held, ends: \"30 days\"",
            zh = "在免费资源或所持优惠包到期前多久：\"30 days\"" } },
        { "say", "text_key", required = true, say = { en = "The text that is told", zh = "通知的文本" } },
    },
}

local used_up = { "used_up", "yes",
    say = { en = "true: tells, too, when an allowance of any package is used up, without a notify of it",
        zh = "true：任何优惠包的免费资源用完时也通知，无需另写 notify" } }

local refund = {
    "refund", form = "plain",
    say = { en = "What is given back of a charge that is refunded", zh = "退费：一笔计费退还时退还什么" },
    fields = {
        { "id", "id", required = true, say = { en = "Unlike any other refund of its package", zh = "在优惠包的退费规则中唯一" } },
        { "serves", { "records", "serves" }, default = {}, say = { en = "Of which usage; all if left out", zh = "适用的使用；不写则为全部" } },
        { "within", "duration", say = { en = "Only so long after the usage began: \"24 hours\", \"3 days\"; always if left out",
            zh = "仅限使用开始后多久之内：\"24 hours\"、\"3 days\"；不写则不限" } },
        { "gives", { "one_of", "all", "units", "money" }, default = "all",
            say = { en = "Units and money, or only one of the two", zh = "退还内容：全部、仅数量（units）或仅金额（money）" } },
        { "say", "text_key", required = true, say = { en = "The text that names it", zh = "退费的文本" } },
    },
}

local refund_expect = {
    say = { en = "What must come of a refund", zh = "退费应得的结果" },
    fields = {
        { "amount", "money", say = { en = "The money that comes back", zh = "退还的金额" } },
        { "back", { "list", "text" }, say = { en = "What counters get back, in order: \"package.units 3\"",
            zh = "各计数器退还的数量（按顺序）：\"优惠包.资源 3\"" } },
        { "lost", { "list", "text" }, say = { en = "What does not come back, since it has expired",
            zh = "因已到期而不再退还的部分" } },
        { "refused", { "one_of", "ALREADY_REFUNDED", "MORE_THAN_CHARGED", "REFUND_TOO_LATE" },
            say = { en = "The code of a refusal", zh = "拒绝代码" } },
    },
}

local give_back = {
    "give_back", form = "plain",
    say = { en = "A use that was given a name before is refunded, whole or in part", zh = "退还此前命名的一次使用，全部或部分" },
    fields = {
        { "use", "id", at = 1, required = true, say = { en = "Its name", zh = "该次使用的名称" } },
        { "seconds", { "amount_of", "second" }, say = { en = "Only so much of it", zh = "只退其中的时长" } },
        { "bytes", { "amount_of", "byte" }, say = { en = "Only so much of it", zh = "只退其中的流量" } },
        { "items", { "amount_of", "item" }, say = { en = "Only so many of it", zh = "只退其中的条数" } },
        { "expect", { "record", "refund_expect" }, say = { en = "What must come of it; else only that it is given back",
            zh = "应得的结果；不写则只要求能够退还" } },
    },
}

local notices = { "notices", { "list_with_repeats", "text" },
    say = { en = "What was told since notices were expected last, in order of time: \"package.low 10%\", or with the day before it; "
        .. "{} nothing",
        zh = "自上次写 notices 以来的通知（按时间顺序）：\"优惠包.提醒 10%\"，前面可加日期；{} 为没有" } }

local name = { "as", "id", say = { en = "A name for this use, by which `give_back` knows it", zh = "本次使用的名称，供 `give_back` 引用" } }

return function(schema)
    local before
    for index, word in ipairs(schema.catalog) do
        if word[1] == "catalog" then
            table.insert(word.fields, used_up)
        elseif word[1] == "package" then
            table.move({ "notify", "refund" }, 1, 2, #word.items + 1, word.items)
        end
        before = word[1] == "plan" and index or before
    end
    table.insert(schema.catalog, before, notify)
    table.insert(schema.catalog, before + 1, refund)
    for _, word in ipairs(schema.tests) do
        if word[1] == "scenario" then
            table.insert(word.items, "give_back")
        elseif word[1] == "use" then
            table.insert(word.fields, name)
        elseif word[1] == "expect" then
            table.insert(word.fields, notices)
        end
    end
    table.insert(schema.tests, give_back)
    table.insert(schema.records.test_expect.fields, notices)
    schema.records.refund_expect = refund_expect
end
