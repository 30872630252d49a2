-- What the reference page says of leaving early (see manual.lua).

local words = {}

words.termination = {
    about = {
        en = "Stands inside of a package. The term begins on the first day that is held; if the last one lies before its end, a line is "
            .. "owed on the day behind it. `remaining` adds what a charge would cost from there up to the end of the term, at what it "
            .. "costs on the last day: whole cycles as often as they are, parts of a cycle by their days if the charge is prorated, and "
            .. "no cycle that is owed already. The parts are added exactly and rounded once. Months of the term are counted from its "
            .. "first day; one that has begun counts as held. The version that is in force on the last day decides.",
        zh = "写在优惠包之内。约定期自持有首日起算；最后一日早于期末的，在其次日产生一行费用。`remaining` 按最后一日的价格，计算某项收费自次日"
            .. "至期末的费用：整周期按个数，按日折算的收费不足一个周期的按天数，已应付的周期不再计。各部分以精确分数相加，取整一次。"
            .. "约定期的月份自首日起算，已开始的月份视为已持有。以最后一日有效的版本为准。",
    },
    file = "packages/contracts.lua",
    example = [[
package "fibre" {
    kind = "plugin", from = "2026-01-01",

    params = { months = { integer = 24, choices = { 12, 24 } } },

    charge { id = "fibre_fee", every = "month", ahead = false, prorate = "day", amount = "60.00", tax = "vat_basic" },

    -- Half of what is left of the contract, which the order makes one or two years long.
    termination { id = "fibre_left", term = param "months", remaining = "fibre_fee", share = "50%" },
}

package "router" {
    kind = "plugin", from = "2026-01-01",

    -- 240.00 at first, and 10.00 less with each month.
    termination { id = "router_left", term = "2 years", amount = "240.00", falls = "10.00" },
}
]],
}

return words
