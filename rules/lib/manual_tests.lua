-- What the reference page says of the words of tests and layouts (see manual.lua).

return {
    test = {
        file = "packages/home_test.lua",
        example = [[
test "a call of a minute and a second costs two steps" {
    holds = "home",
    event = { service = "voice", from = "07715510000", to = "5507882", at = "2026-09-18 12:00:00", seconds = 61 },
    expect = { amount = "0.30", zone = "local", tariff = "home.voice", parts = "2" },
}
]],
    },
    cases = {
        about = {
            en = "Each row is counted by its name. An empty text leaves a field out.",
            zh = "每行单独计数。空文本表示该行不写此字段。",
        },
        file = "packages/studio_test.lua",
        example = [[
cases "calls of a studio" {
    holds = { "studio", "minutes" },
    used = { ["minutes.local_minutes"] = "99 minutes", ["minutes.local_minutes 2026-08-01"] = "100 minutes" },
    event = { service = "voice", from = "07715510000" },
    columns = { "name", "to", "at", "seconds", "=> parts", "=> amount", "=> refused" },

    { "one free minute is less than the first step", "5507882", "2026-09-18 12:00:00", 60, "1", "0.22", "" },
    { "by day", "02073241552", "2026-09-18 12:00:00", 12, "day 2", "0.24", "" },
    { "into the night", "02073241552", "2026-09-18 20:59:54", 12, "day 1, night 1", "0.21", "" },
    { "a holiday", "02073241552", "2026-10-01 12:00:00", 6, "holiday 1", "0.14", "" },
    { "a year that the table lacks", "02073241552", "2027-10-01 12:00:00", 6, "", "", "CALENDAR_NOT_COVERED" },
}
]],
    },
    scenario = {
        about = {
            en = "Begins with a clock and what is held, then goes step by step: `buy`, `change`, `cancel`, `fact`, `use`, `advance`, `at`, "
                .. "`expect`. "
                .. "What is used is counted, in the cycle of its time; fees fall due as the clock passes their day; what was charged is "
                .. "added up. The first step that fails ends the "
                .. "scenario, and is shown with what was expected, what came out and why.",
            zh = "从一个时刻和所持有的优惠包开始，逐步进行：`buy`、`change`、`cancel`、`fact`、`use`、`advance`、`at`、`expect`。"
                .. "用量按其时刻所在周期累计，"
                .. "时钟经过到期日时收取定期费用，收取的金额逐笔相加。首个失败的步骤结束该场景，并给出期望值、实际值和原因。",
        },
        file = "packages/minutes_test.lua",
        example = [[
scenario "half a month's minutes, and what is carried over" {
    from = "2026-09-16 00:00:00",
    holds = "home",
    event = { service = "voice", from = "07715510000", to = "5507882" },

    buy { "minutes" },
    expect { left = { ["minutes.local_minutes"] = "50 minutes" } },
    use { seconds = "20 minutes", expect = { amount = "0.00", parts = "20 free" } },
    advance "10 days",
    use { seconds = "31 minutes", expect = { amount = "0.15", parts = "30 free, 1" } },

    at "2026-10-01 00:00:00",
    use { at = "2026-09-30 23:59:00", seconds = 60, expect = { amount = "0.15" } },      -- late, and priced by its own time
    use { seconds = "10 minutes", expect = { amount = "0.00" } },
    advance "1 month",
    expect { left = { ["minutes.local_minutes"] = "190 minutes" }, charged = "0.30" },
    cancel { "minutes" },
    use { seconds = 60, expect = { amount = "0.15" } },
}
]],
    },
    always = {
        about = {
            en = "Each claim is a test of its own, tried on every usage of the range, each as if it were the first; of two parts the "
                .. "second comes after the first. What is refused is compared with nothing, "
                .. "but something must have a price. One that breaks the "
                .. "claim is shown, shrunk to the smallest that does. What these tests come by is no coverage, for no price is expected.",
            zh = "每条断言单独算一个测试，对范围内的每次使用逐一验证，每次都视为首次；拆成两部分时，后一部分接在前一部分之后。"
                .. "被拒绝的使用不参与比较，但至少要有一次能计价。不成立时给出缩到最小的例子。这些测试不计入覆盖率，因为没有期望的价格。",
        },
        file = "packages/talk_test.lua",
        example = [[
always "calls from Home" {
    holds = "home",
    event = { service = "voice", from = "07715510000" },
    sweep = {
        seconds = "0..600",
        at = "2026-12-31 22:00:00..2027-01-01 02:00:00, every 1 hour",
        to = { "5507882", "02073241552" },
    },
    claims = { "never_refused", "never_negative", "more_never_cheaper", "parts_make_whole" },
    split = "60 s",
}
]],
    },
    buy = {
        about = {
            en = "A step of a `scenario`, whose example shows it. The version of the package is chosen by the time of each usage, as ever. "
                .. "With `expect` it is judged by the rules of selling, with what is held and known of the customer then: it begins as an "
                .. "order would, or is not held where it is blocked.",
            zh = "`scenario` 的一步，示例见该处。优惠包的版本照例由每次使用的时刻决定。写了 `expect` 则按当时的持有与客户资料由销售规则判断："
                .. "生效方式与订单相同，被拒绝的不会持有。",
        },
    },
    change = {
        about = {
            en = "A step of a `scenario`. What falls due ahead and did so already stays as it was; what falls due later has both prices, "
                .. "each for its days. With `expect` it is judged as an order is.",
            zh = "`scenario` 的一步。已到期的预收费用不变；之后到期的按各自天数分别计价。写了 `expect` 则与订单一样判断。",
        },
        file = "packages/masts_test.lua",
        example = [[
scenario "a second tenant on the mast, and another fee" {
    from = "2026-03-01 00:00:00",
    facts = { { "site.price", "12000.00" }, { "site.tenants", 1 }, { "lease.role", "anchor" } },

    buy { "mast", params = { antennas = 1 } },
    expect { fees = { "mast.mast_fee 20.00", "mast.antenna 5.00", "mast.mast_service 2.00" } },
    at "2026-03-16 00:00:00",
    change { "mast", params = { monthly_fee = "30.00" } },
    fact { "site.tenants", 2 },
    at "2026-04-01 00:00:00",
    expect { fees = { "mast.mast_fee 30.00", "mast.antenna 5.00", "mast.mast_service 3.00", "mast.mast_rent 835.74" } },
}
]],
    },
    fact = {
        about = {
            en = "A step of a `scenario`; see `change`. Formulas of charges see the facts of their day, conditions of sales those of the "
                .. "moment. A value holds until the next one of the same name begins.",
            zh = "`scenario` 的一步，示例见 `change`。收费公式取当日的事实，销售条件取当时的事实。一个值到同名的下一个值开始为止。",
        },
    },
    cancel = {
        about = { en = "A step of a `scenario`, whose example shows it.", zh = "`scenario` 的一步，示例见该处。" },
    },
    use = {
        about = {
            en = "A step of a `scenario`, whose example shows it. It happens at the clock's time unless it says `at`: an earlier time is a "
                .. "late usage, a later one moves the clock. A field that it leaves out is that of the scenario's `event`.",
            zh = "`scenario` 的一步，示例见该处。不写 `at` 则发生在时钟所指时刻；写更早的时刻即为迟到的使用，写更晚的时刻则时钟随之前移。"
                .. "没有写的字段取自 scenario 的 `event`。",
        },
    },
    advance = {
        about = {
            en = "A step of a `scenario`. A day later the clock on the wall is the same; a month after 31 January is the last of February.",
            zh = "`scenario` 的一步。过一日后当地钟面时间不变；1 月 31 日的一个月后是 2 月最后一日。",
        },
    },
    at = {
        about = { en = "A step of a `scenario`; the clock never goes back.", zh = "`scenario` 的一步；时钟不会倒退。" },
    },
    expect = {
        about = { en = "A step of a `scenario`, whose example shows it.", zh = "`scenario` 的一步，示例见该处。" },
    },
    layout = {
        about = {
            en = "A file of its own, given to `suanpan rate FILE --as LAYOUT.lua`; it is no part of a catalog. A source is a text as it "
                .. "stands, column \"name\", or a function(row), in which row.NAME is the text of a column, and which returns a text or a "
                .. "whole number. In the example callers come without their area code, and the time is in tenths of a second.",
            zh = "单独的文件，交给 `suanpan rate 文件 --as 布局.lua` 使用，不属于资费目录。来源可以是原样的文本、column \"列名\"，"
                .. "或 function(row)：其中 row.列名 是该列的文本，返回文本或整数。"
                .. "示例中主叫不带区号，时长以十分之一秒计。",
        },
        file = "switch.lua",
        example = [[
layout "switch" {
    columns = { "number", "caller", "called", "answered", "tenths", "cause" },
    separator = ";",
    time = "DD.MM.YYYY hh:mm:ss",

    skip = {
        { "cause", is_not = { "16", "31" }, because = column "cause" },
    },

    event = {
        id = column "number",
        service = "voice",
        from = function(row)
            if row.caller:starts("0") then
                return row.caller
            end
            return "0771" .. row.caller
        end,
        to = column "called",
        at = column "answered",
        seconds = function(row) return (tonumber(row.tenths) + 9) // 10 end,
    },
}
]],
        table_file = "calls.csv",
        table_example = [[
1001;5510000;5507882;18.09.2026 09:30:00;951;16
1002;07715510000;110;18.09.2026 09:40:00;0;19
]],
    },
}
