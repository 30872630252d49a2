-- The steps of scenarios in which usage is granted before it happens: `reserve`, `update`, `commit`. Read by schema.lua.

local use = ...
local sharing = use "words_sharing"

local expect = {
    say = { en = "What must come of a request of a session", zh = "会话请求应得的结果" },
    fields = {
        { "granted", "units_of", say = { en = "So much is granted: 130, or \"130 s\"", zh = "授予的数量：130 或 \"130 s\"" } },
        { "final", "text", say = { en = "What the client is to do then, where less is granted than asked for: \"terminate\", "
            .. "\"redirect https://pay.example\", \"restrict voice, sms\"; \"\" nothing",
            zh = "授予不足时客户端应做的：\"terminate\"、\"redirect https://pay.example\"、\"restrict voice, sms\"；\"\" 为没有" } },
        { "charged", "money", say = { en = "So much is charged by this request", zh = "本次收取的金额" } },
        { "unpaid", "money", say = { en = "So much of what was used could not be paid", zh = "已使用而未能支付的金额" } },
        { "held", "money", say = { en = "So much is held for what is granted", zh = "为已授予部分冻结的金额" } },
        { "refused", { "one_of", "NO_PRICE", "CALENDAR_NOT_COVERED", "AMBIGUOUS_TARIFF", "OVERFLOW", "RULE_FAILED", "LIMIT_REACHED",
            "TOO_FEW_UNITS", "SUSPENDED", "BALANCE_TOO_LOW" },
            say = { en = "Why less is granted than asked for, or not all could be priced: the code",
                zh = "授予不足或无法全部计价的原因代码" } },
    },
}

local ask = { "ask", "units_of", say = { en = "So much is asked for: 300, or \"300 s\"; 0: the quota that the catalog says. "
    .. "Left out, a reserve asks for the quota, an update for nothing",
    zh = "请求的数量：300 或 \"300 s\"；0 为目录规定的配额。不写时 reserve 为配额，update 为不再请求" } }
local used = { "used", "units_of", required = true, say = { en = "So much was used since the last report: 290, or \"290 s\"",
    zh = "自上次上报以来的使用量：290 或 \"290 s\"" } }
local expected = { "expect", { "record", "session_expect" }, say = { en = "What must come out; else nothing is asked",
    zh = "应得的结果；不写则不检查" } }

return function(schema)
    local steps = {
        {
            "reserve", form = "plain",
            say = { en = "A session begins: as much is granted as can be paid, and held", zh = "会话开始：按可支付的数量授予并冻结" },
            fields = {
                { "service", "id", say = { en = "The service; else that of the scenario's event", zh = "业务；不写则为场景 event 的" } },
                { "from", "text", say = { en = "Who uses it: a service id", zh = "使用者：业务接入号" } },
                { "to", "text", say = { en = "What is reached", zh = "对端" } },
                { "attributes", "attributes", say = { en = "Whatever else rules ask about", zh = "规则用到的其他属性" } },
                ask, expected, sharing.member,
            },
        },
        {
            "update", form = "plain",
            say = { en = "The session that is open reports what was used, and asks for more", zh = "未结束的会话上报使用量并再请求" },
            fields = { used, ask, expected },
        },
        {
            "commit", form = "plain",
            say = { en = "It reports what was used last, and is closed", zh = "上报最后的使用量并结束会话" },
            fields = { used, expected },
        },
    }
    for _, word in ipairs(schema.tests) do
        if word[1] == "scenario" then
            table.move({ "reserve", "update", "commit" }, 1, 3, #word.items + 1, word.items)
        end
    end
    table.move(steps, 1, #steps, #schema.tests + 1, schema.tests)
    schema.records.session_expect = expect
end
