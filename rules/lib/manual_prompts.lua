-- What the reference page says of prompts; manual.lua takes it in.

local manual = { words = {}, types = {} }

manual.words.prompt = {
    about = {
        en = "Stands in `sell`. It is shown on its occasions to those of whom its condition is true; a condition that asks for a fact "
            .. "which is not known leaves it out. Left out, too: what was told and answered so lately that it is not again, a task "
            .. "that is open still, an offer that is held, ordered or not for this customer (`eligible`). What remains is sorted by "
            .. "priority, then id; three at most are shown. `c.holds` is true of what is held and of what orders will add. Days "
            .. "are local: what was declined on a day is shown again so many days after it. The example stands with `quiet`.",
        zh = "写在 `sell` 中。在所列场合，对条件为 true 的客户提示；条件用到未知资料时不提示。以下情形也不提示："
            .. "不久前提示过或答复过、任务尚未完结、所推荐的已持有或已订购、该客户无资格购买（`eligible`）。"
            .. "其余按优先级、再按编号排序，至多三条。`c.holds` 包括已持有与在途订单将新增的。"
            .. "天数按当地日期计算：某日拒绝的，若干日之后再次提示。示例见 `quiet`。",
    },
}
manual.words.retain = {
    about = {
        en = "Stands in `sell`, and names what is retained: packages, \"plan.ID\" or \"offering.ID\". On a request to cancel one of "
            .. "them the offer of the highest rank is made for which the customer qualifies, before all prompts, and no other. "
            .. "The example stands with `quiet`.",
        zh = "写在 `sell` 中，列出所挽留的优惠包、\"plan.编号\" 或 \"offering.编号\"。客户申请退订其中之一时，"
            .. "提供其符合条件的最高等级的优待，排在所有提示之前，且仅此一项。示例见 `quiet`。",
    },
}
manual.words.quiet = {
    about = {
        en = "Stands in `sell`. While its condition is true of a customer, or can't be known, nothing is told but what it excepts.",
        zh = "写在 `sell` 中。条件对某客户为 true 或无法判断时，除例外者外一律不提示。",
    },
    file = "prompts.lua",
    example = [[
sell {
    prompt { id = "offer_minutes", on = { "accept_order", "pay_bill" }, show = "popup", priority = 10, offer = "minutes",
        when = function(c) return c.average("spend", 3) > money "150" end, say = "sell.minutes",
        expires = "30 days", declined = "90 days" },
    prompt { id = "pay", on = "daily", show = "message", when = function(c) return c.knows("spend") end, say = "sell.pay",
        expires = "10 days", once = true },
    retain { "home", id = "keep_home", show = "popup", rank = 1, offer = "minutes", say = "sell.keep", expires = "7 days" },
    quiet { id = "long_tenure", when = function(c) return c.customer.tenure > 600 end, except = "pay", say = "sell.quiet" },
}
]],
}
manual.words.occasion = {
    about = {
        en = "Why a prompt is left out is one of quiet, once, declined, accepted, open, held, eligibility, when, lower (than the retention "
            .. "offer that is made), more (than three) and failed (a condition could not be asked).",
        zh = "未提示的原因为 quiet、once、declined、accepted、open、held、eligibility、when、lower（低于所提供的挽留）、more（超过三条）"
            .. "或 failed（条件无法判断）。",
    },
    file = "prompts_test.lua",
    example = [[
occasion "who spends much is told of minutes" {
    on = "pay_bill", at = "2026-04-10 09:00:00", holds = { package = "home" },
    customer = { facts = { tenure = 12, spend = { ["2026-01"] = "200.00", ["2026-02"] = "200.00", ["2026-03"] = "60.00" } } },
    expect = { prompts = { "offer_minutes" }, expires = { "2026-05-10" } },
}
]],
}

manual.types.days = { lua = "string", en = "number of days", zh = "天数", like = '"30 days"' }

return manual
