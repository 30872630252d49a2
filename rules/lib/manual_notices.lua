-- What the reference page says of notices and refunds, and of the steps of scenarios that have to do with them (see manual.lua).

local manual = { words = {}, types = {} }
local words, types = manual.words, manual.types

words.notify = {
    about = {
        en = "Stands inside of a package and says one of `left`, `used` and `before`; each may be a list, and each threshold is told "
            .. "for itself. `left` and `used` are told by the charge that brings the figure from the one side of the threshold to "
            .. "the other, once in each cycle, or for each purchase of what is given once: 10% of 10,000 is reached when 1,000 are "
            .. "left, not at 1,001. A refund that takes the figure back tells nothing; if a later charge crosses the threshold "
            .. "again, that is told again. What is carried over from an earlier cycle is used first and is not counted here. "
            .. "`before` is told at the first instant of the local day that lies so long before the day of the end, the last day of "
            .. "a month if it has no such day: of what is given once, before it expires, or the package ends as it is held, if that "
            .. "is sooner; of what is given in each cycle, before the cycle ends, or what is carried over from it expires. Nothing "
            .. "is told of what has nothing left, or had not begun by then. Its text may have the blanks {amount}, all there is; "
            .. "{left}; {used}; {threshold}, as it is written; {last}, the last day on which it may be used; and {package}. What the "
            .. "version says that is in force at that moment is told. Where the `catalog` says `used_up = true`, the charge that takes "
            .. "the last of an allowance tells that, too, in words of the server's own, once in each cycle or for each purchase; in "
            .. "a test \"PACKAGE.used_up 0\". A package that has a notify of it with `left = 0` says it in its own words instead.",
        zh = "写在优惠包之内，写 `left`、`used`、`before` 之一；各可为列表，每个阈值分别通知。`left` 与 `used` 由使数值越过阈值的那次计费触发，"
            .. "每个周期（只给予一次的则每次购买）一次：10,000 的 10% 在剩 1,000 时达到，1,001 时尚未达到。退费使数值退回时不通知；"
            .. "此后再次越过则再次通知。上期结转的部分先用，不计在内。`before` 在到期之日往前推算的那个当地日期的第一刻通知"
            .. "（该月没有此日时为月末）：只给予一次的，到期前，或所持优惠包更早终止时为其终止前；每周期给予的，周期结束前，可结转的为结转到期前。"
            .. "已无余量的、当时尚未开始的不通知。文本中可用 {amount}（总量）、{left}（余量）、{used}（用量）、{threshold}（所写的阈值）、"
            .. "{last}（最后可用之日）、{package}（优惠包）。以当时有效的版本为准。"
            .. "`catalog` 中写了 `used_up = true` 时，用完某项免费资源的那次计费也会通知（每周期或每次购买一次），文本由服务器给出，"
            .. "测试中写作 \"优惠包.used_up 0\"；优惠包自己为它写了 `left` 为 0 的 notify 时，只用其自己的文本。",
    },
    file = "packages/texts_1000.lua",
    example = [[
package "texts_1000" {
    kind = "plugin", from = "2026-01-01",

    allowance { id = "units", serves = { service = "sms" }, amount = 1000, unit = "item", every = "once", valid = "12 months" },
    tariff { id = "text", say = "sms.message", serves = { service = "sms" }, step = "1 item", price = "0.08" },

    notify { id = "low", of = "units", left = { "10%", "20 items" }, say = "notice.low" },
    notify { id = "ends", of = "units", before = "30 days", say = "notice.ends" },
    notify { id = "stops", before = { "2 months", "7 days" }, say = "notice.stops" },

    refund { id = "not_delivered", serves = { service = "sms" }, within = "3 days", say = "sms.not_delivered" },
}
]],
}

words.refund = {
    about = {
        en = "Stands inside of a package; the example of `notify` has one. Which charge is refunded, and when, is for the operator "
            .. "to say; what comes back is said here, by the package that was held when the usage began: the first layer that has a "
            .. "refund of that usage decides, in it the package that was held first, and in that the first in written order. Where "
            .. "none says anything, everything comes back. Money comes back to what paid it, last to first. Units come back to the "
            .. "grants that they were taken from, and what limits, caps and tiers counted is taken back in the cycle in which it was "
            .. "counted; what has expired by then, or whose cycle is over, gets nothing. `gives = \"units\"` leaves alone what is "
            .. "counted in money, `gives = \"money\"` what is not. A charge is refunded once; a part of it, n of its seconds, bytes "
            .. "or items, is so much of each line, rounded as its tariff rounds, and so many whole units: all parts together come to "
            .. "the whole.",
        zh = "写在优惠包之内，示例见 `notify`。退哪一笔、何时退由运营方决定；退还什么由使用开始时所持的优惠包决定：由首个对该使用写有 refund 的层，"
            .. "其中先持有的优惠包，及其书写顺序在先的规则决定。都没有写则全部退还。金额退回支付它的账本（后付的先退）；"
            .. "数量退回所取用的免费资源，限额、封顶与阶梯的计数在其周期内退回；届时已到期的、周期已结束的不退。"
            .. "`gives = \"units\"` 不动以金额计的部分，`gives = \"money\"` 不动以数量计的部分。一笔只退一次；退部分（其中若干秒、字节或条）时，"
            .. "每行按比例、依资费取整，数量取整数，各部分之和等于全部。",
    },
}

words.give_back = {
    about = {
        en = "A step of a `scenario`: refunds a `use` that has a name, `as`, at the clock's time. Without a quantity all comes back "
            .. "that has not come back yet. Who wants nothing expected only says that it is not refused.",
        zh = "`scenario` 的一步：在时钟所指时刻退还一次用 `as` 命名的 `use`。不写数量则退还尚未退还的全部。不写 expect 则只要求不被拒绝。",
    },
    file = "packages/texts_1000_test.lua",
    example = [[
scenario "messages that are not delivered" {
    from = "2026-03-10 10:00:00", event = { service = "sms", to = "13800000000" },

    buy { "texts_1000" },
    use { items = 900, as = "many", expect = { parts = "900 free", notices = { "texts_1000.low 10%" } } },
    give_back { "many", items = 200, expect = { back = { "texts_1000.units 200" } } },
    use { items = 290, as = "more", expect = { notices = { "texts_1000.low 10%", "texts_1000.low 20 items" } } },
    give_back { "many", expect = { back = { "texts_1000.units 700" } } },
    give_back { "many", expect = { refused = "ALREADY_REFUNDED" } },
    advance "3 days",
    give_back { "more", expect = { refused = "REFUND_TOO_LATE" } },
    advance "1 year",
    expect { notices = { "2027-02-08 texts_1000.ends 30 days" } },
}
]],
}

types.threshold = { lua = "suanpan.money", en = "threshold", zh = "阈值",
    more = { en = "a percentage, a quantity or an amount", zh = "百分比、数量或金额" }, like = '"10%", "1000 items", "5.00"' }
types.lead_time = { lua = "string", en = "time ahead", zh = "提前的时间",
    more = { en = "so many days, months or years", zh = "若干日、月或年" }, like = '"30 days"' }

return manual
