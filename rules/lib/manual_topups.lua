-- What the reference page says of the rules for top-ups (see manual.lua).

local manual = { words = {}, types = {} }
local words, types = manual.words, manual.types

words.topup = {
    about = {
        en = "Rules are judged by the instant of the top-up, from the one for the highest amount down. Of those that say "
            .. "`stack = \"best\"`, the first applies that is reached, in force, not used up by its `every`, and has something to "
            .. "give; of those that say `\"add\"`, each one does, besides it. Of two for the same amount the one with `every` is "
            .. "first. A percentage is of what is paid in, never of another bonus. A gift is a balance of its own, which pays in the "
            .. "catalog's order and expires on its own day; those that one rule gave and that expire on the same day are one balance. A "
            .. "gift whose last day has passed when a late top-up comes is not given. What `extends` says is counted from the instant "
            .. "at which the balance would have expired; one that never expires stays as it is. A top-up in another currency than the "
            .. "catalog's gets nothing by these rules. In a scenario, `top_up` gives what the rules give, and `topups` expects it; an "
            .. "extension is told there although the cash of a scenario never expires.",
        zh = "规则按充值的时刻判断，由金额高的到低的。写 `stack = \"best\"` 的，只取已达到、有效、未被 `every` 用完且有可给之物的第一条；"
            .. "写 `\"add\"` 的另外各自给予。起充金额相同的，写了 `every` 的在先。百分比按充值金额计，不按其他奖励金计。"
            .. "赠款为单独的账本，按目录的支付先后支付，到其自己的日期作废；同一规则所给且同日到期的合为一个账本。"
            .. "迟到的充值到达时，最后可用之日已过的赠款不再给。`extends` 自账本原到期时刻起算；长期有效的账本不变。"
            .. "币种与目录不同的充值不适用这些规则。在场景中，`top_up` 按规则赠送，用 `topups` 写出期望；"
            .. "场景中的现金虽长期有效，延长仍会列出。",
    },
    file = "topups.lua",
    example = [[
topup "hundred" {
    at_least = "100.00", bonus = "10%", round = "0.01 down", valid = "2 months", pays = { service = "voice" },
    extends = "30 days", stack = "best", from = "2026-01-01", say = "topup.hundred",
}
topup "thousand" {
    at_least = "1000.00", bonus = "150.00", valid = "6 months", extends = "1 year", stack = "best", say = "topup.thousand",
}
topup "welcome" {
    at_least = "50.00", bonus = "5.00", to = "balance", every = "once", stack = "add", till = "2026-07-01", say = "topup.welcome",
}
]],
}

types.bonus = { lua = "suanpan.money", en = "amount or percentage", zh = "金额或百分比", like = '"10.00", "10%"' }

return manual
