-- What the reference page says of the steps of scenarios that are requests of a session (see manual.lua).

local manual = { words = {}, types = {} }
local words, types = manual.words, manual.types

words.reserve = {
    about = {
        en = "A step of a `scenario`, with `update` and `commit`. A session is one event that grows: each report is charged the price of "
            .. "all that was used so far less what was charged, so that what is left of a paid step is granted again. What is granted "
            .. "can be paid: the price of used and granted units less what was charged is held, and counted, until the next request, "
            .. "and can be spent by nothing else meanwhile; `balances` are without it, `used` is with it. A scenario has one "
            .. "session at a time, of one service. Where it does not speak of money, all that has a price is granted.",
        zh = "`scenario` 的一步，与 `update`、`commit` 同用。会话是一次逐渐增长的使用：每次上报收取至此全部使用量的价格减去已收取的部分，"
            .. "已付费而未用完的计费单位会再次授予。授予的都能支付：已用与已授予数量的价格减去已收取的部分被冻结并计数，到下次请求为止，"
            .. "其间不能他用；`balances` 不含冻结部分，`used` 则包含。场景中同一时间只有一个会话、一种业务。没有写到资金的场景，凡能计价的都授予。",
    },
    file = "packages/prepaid_test.lua",
    example = [[
scenario "a call until the money is used up" {
    from = "2026-03-10 12:00:00", cash = "0.75", holds = { "home", "prepaid" },
    event = { service = "voice", to = "07715550000" },

    reserve { expect = { granted = "300 s", held = "0.75" } },
    update {
        used = "290 s", ask = "300 s",
        expect = {
            granted = "10 s", charged = "0.75", held = "0.00",
            final = "redirect https://pay.example/top-up", refused = "BALANCE_TOO_LOW",
        },
    },
    commit { used = "11 s", expect = { charged = "0.00", unpaid = "0.15" } },
}
]],
}
for _, word in ipairs { "update", "commit" } do
    words[word] = { about = { en = "A step of a `scenario`; see `reserve`.", zh = "`scenario` 的一步，见 `reserve`。" } }
end

types.units_of = { lua = "integer|suanpan.quantity", en = "whole number or quantity", zh = "整数或数量", like = '"300 s"' }

return manual
