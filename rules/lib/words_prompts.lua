-- The words of prompts: what to offer a customer on an occasion, and how to keep one who wants to go. schema.lua takes them in.

local words = { catalog = {}, tests = {}, records = {} }

local occasions = { "one_of", "accept_order", "pay_bill", "cancel", "enquiry", "daily" }

local id = { "id", "id", required = true, say = { en = "Unique among prompts and retention offers", zh = "在所有提示与挽留中唯一" } }
local show = { "show", { "one_of", "popup", "task", "message" }, required = true,
    say = { en = "To the clerk at once, as a task for somebody, or as a message to the customer",
        zh = "向营业员弹出（popup）、派给专人的任务（task），或发给客户的消息（message）" } }
local offer = { "offer", { "list", "party" }, say = { en = "What it offers: not shown to who has one of them, or may not buy any",
    zh = "所推荐的；已有其一、或均无资格购买者不提示" } }
local expires = { "expires", "days", required = true, say = { en = "How long it holds: \"30 days\"", zh = "有效多久，例如 \"30 days\"" } }
local declined = { "declined", "days", default = 0, say = { en = "Once declined, not again for so long", zh = "拒绝后多久不再提示" } }
local accepted = { "accepted", "days", default = 0, say = { en = "Once accepted, not again for so long", zh = "接受后多久不再提示" } }
local say = { "say", "text_key", required = true, say = { en = "Its text", zh = "提示的文本" } }

words.catalog = {
    {
        "prompt", form = "plain",
        say = { en = "What to tell a customer, or somebody about a customer, on an occasion", zh = "某场合下对客户（或就客户向专人）的提示" },
        fields = {
            id,
            { "on", { "list", occasions }, required = true, say = { en = "On which occasions; cancel is a request to, "
                .. "daily is asked once a day", zh = "在哪些场合；cancel 为申请拆机或退订，daily 为每日检查" } },
            show,
            { "when", "condition", say = { en = "function(c): to this customer? To all if left out",
                zh = "function(c)：是否提示该客户；不写则一律提示" } },
            offer,
            { "priority", { "integer", 0, 1000 }, default = 0, say = { en = "The highest comes first", zh = "优先级，大者在前" } },
            expires, declined, accepted,
            { "once", "yes", say = { en = "true: never again once it was shown", zh = "true：只提示一次" } },
            say,
        },
    },
    {
        "retain", form = "plain", names = "party",
        say = { en = "What to offer who asks to cancel one of these", zh = "挽留：对申请退订所列之一者的优待" },
        fields = {
            id, show,
            { "rank", { "integer", 0, 1000 }, required = true, say = { en = "Only the highest that the customer qualifies for is offered",
                zh = "等级；仅提供客户符合条件的最高一级" } },
            { "when", "condition", say = { en = "function(c): does this customer qualify? All do if left out",
                zh = "function(c)：该客户是否符合条件；不写则都符合" } },
            { "offer", { "list", "party" }, required = true, say = offer.say },
            expires, declined, accepted, say,
        },
    },
    {
        "quiet", form = "plain",
        say = { en = "Customers who are told nothing, but what is excepted", zh = "免打扰：除例外者外，不向这些客户提示" },
        fields = {
            { "id", "id", required = true, say = { en = "Unique among those that are quiet", zh = "在所有免打扰中唯一" } },
            { "when", "condition", required = true, say = { en = "function(c): is it so for this customer?", zh = "function(c)：该客户是否如此" } },
            { "except", { "list", "id" }, default = {}, say = { en = "Prompts that are shown all the same", zh = "仍可提示的编号" } },
            say,
        },
    },
}

-- Occasions, for tests.

words.records.past_prompt = {
    say = { en = "What became of a prompt", zh = "一次提示的结果" },
    fields = {
        { "id", "id", at = 1, required = true, say = { en = "The prompt", zh = "提示" } },
        { "answer", { "one_of", "shown", "accepted", "declined" }, at = 2, required = true,
            say = { en = "shown: it was not answered yet", zh = "shown 为已提示未答复" } },
        { "at", "moment", required = true, say = { en = "When", zh = "何时" } },
    },
}

words.records.occasion_expect = {
    say = { en = "What must be told", zh = "应有的提示" },
    fields = {
        { "prompts", { "list", "id" }, say = { en = "The prompts in order; {} none", zh = "按顺序的提示；{} 为没有" } },
        { "skipped", { "list", "text" }, say = { en = "Those for the occasion that are left out, each with why: "
            .. "\"offer_broadband declined\"",
            zh = "该场合下未提示者及原因，例如 \"offer_broadband declined\"" } },
        { "expires", { "list_with_repeats", "text" }, say = { en = "For each prompt the first day on which it does not hold any more",
            zh = "各提示失效的首日" } },
        { "refused", "text", say = { en = "A fact that is not what the catalog says: \"spend fact_kind money by month\"",
            zh = "与目录不符的客户资料，例如 \"spend fact_kind money by month\"" } },
    },
}

words.tests = {
    {
        "occasion", form = "named", title = true, many = true,
        say = { en = "An occasion, and what to tell the customer", zh = "一个场合及应有的提示" },
        fields = {
            { "on", occasions, required = true, say = { en = "The occasion", zh = "场合" } },
            { "at", "moment", required = true, say = { en = "When", zh = "何时" } },
            { "holds", { "records", "test_item" }, default = {}, say = { en = "What is held, or will be by orders",
                zh = "已持有的与在途订单将新增的" } },
            { "cancel", { "list", "id" }, default = {}, say = { en = "Of these, what the customer asks to cancel",
                zh = "其中客户申请退订的" } },
            { "customer", { "record", "test_customer" }, default = { agreements = {}, facts = {} },
                say = { en = "The customer", zh = "客户" } },
            { "past", { "rows", "past_prompt" }, default = {}, say = { en = "What was told before: { { \"offer_broadband\", \"declined\", "
                .. "at = \"2026-03-01 10:00:00\" } }",
                zh = "以往的提示：{ { \"offer_broadband\", \"declined\", at = \"2026-03-01 10:00:00\" } }" } },
            { "expect", { "record", "occasion_expect" }, required = true, say = { en = "What must come out", zh = "应得的结果" } },
        },
    },
}

return words
