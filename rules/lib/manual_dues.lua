-- What the reference page says of charges and their tests (see manual.lua).

local words = {}

words.charge = {
    about = {
        en = "Stands inside of a package. It counts in local days; a day that has begun is a whole day. By day, each run of days in which "
            .. "nothing changes (the version of the package, suspension) costs its part of the cycle, in exact fractions, and the line is "
            .. "rounded once. Else the cycle costs the price of its first day that counts if it is due ahead, of the last one if "
            .. "afterwards. What is due ahead is owed for the whole cycle, even if the package is given up within it. The text of a line "
            .. "may have the blanks {amount}, {from}, {till} and {package}.",
        zh = "写在优惠包之内。按当地日期计算，已开始的一天按整天计。按日折算时，每一段没有变化（优惠包版本、停机）的日子承担该周期的相应份额，"
            .. "以精确分数相加，整行取整一次。不折算时，整个周期按其首个计费日（预收）或最后一个计费日（后收）的价格收取。"
            .. "预收的费用按整个周期收取，中途退订不退。费用行的文本中可用空位 {amount}、{from}、{till}、{package}。",
    },
    file = "packages/rental.lua",
    example = [[
package "rental" {
    kind = "plugin", from = "2026-01-01",

    charge { id = "installation", every = "once", amount = "100.00" },
    charge { id = "line_rental", every = "month", ahead = true, prorate = "day", amount = "12.00" },
    charge { id = "insurance", every = "month", ahead = false, priced_by = "year", amount = "25.00", suspended = "free",
        prorate = "day" },
}
]],
}

words.due = {
    about = {
        en = "Asks for all charges of one package over a period of days. Each charge has a line for each of its cycles that the period "
            .. "touches, in the order in which the charges are written.",
        zh = "查询一个优惠包在一段日子内的全部应付费用。时段涉及的每个周期各有一行，按收费书写的顺序排列。",
    },
    file = "packages/rental_test.lua",
    example = [[
due "a line that is taken on the tenth" {
    holds = { package = "rental", from = "2026-03-10 15:30:00" },
    from = "2026-03-01", till = "2026-05-01",
    suspended = { from = "2026-04-01", till = "2026-04-16" },
    expect = {
        amount = "123.04",
        lines = { "installation 100.00", "line_rental 2026-03-01 8.52", "line_rental 2026-04-01 12.00",
            "insurance 1.48", "insurance 1.04" },
    },
}
]],
}

return words
