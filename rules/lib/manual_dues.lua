-- What the reference page says of charges and their tests (see manual.lua).

local words = {}

words.charge = {
    about = {
        en = "Stands inside of a package. It counts in local days; a day that has begun is a whole day. By day, each run of days in which "
            .. "nothing changes (the version of the package, suspension) costs its part of the cycle, in exact fractions, and the line is "
            .. "rounded once. Else the cycle costs the price of its first day that counts if it is due ahead, of the last one if "
            .. "afterwards. What is due ahead is owed for the whole cycle, even if the package is given up within it. With `for_each` "
            .. "there is a line for each of so many, of the days on which there are as many; of a cycle that is owed whole, the day that "
            .. "says its price says how many. `split` divides each line, without "
            .. "its tax: each share is rounded as the line is, the last takes the rest. On the days on which a package is held besides "
            .. "whose charge `replaces` this one, it costs nothing; what has fallen due ahead is not given back, and what is owed ahead "
            .. "replaces to the end of its cycle. Each member of a group owes it, or, with `by = \"package\"`, only the one that "
            .. "pays. The text of a line may have "
            .. "the blanks {amount}, {from}, {till} and {package}.",
        zh = "写在优惠包之内。按当地日期计算，已开始的一天按整天计。按日折算时，每一段没有变化（优惠包版本、停机）的日子承担该周期的相应份额，"
            .. "以精确分数相加，整行取整一次。不折算时，整个周期按其首个计费日（预收）或最后一个计费日（后收）的价格收取。"
            .. "预收的费用按整个周期收取，中途退订不退。写 `for_each` 则逐个成行，各行只计有这么多个的日子；整周期收取的，由决定价格的那一天决定数目。"
            .. "`split` 把每行（不含税）拆分：各份额按该行的方式取整，最后一份为其余部分。"
            .. "同时持有的优惠包若有收费以 `replaces` 取代本收费，则两者都持有的日子不收本收费；已经预收的不退，预收的收费取代到其周期结束。"
            .. "群组的每个成员各收一次；写 by = \"package\" 则只收一次，由付费成员承担。费用行的文本中可用空位 {amount}、{from}、{till}、{package}。",
    },
    file = "packages/rental.lua",
    example = [[
package "rental" {
    kind = "plugin", from = "2026-01-01",

    charge { id = "installation", every = "once", amount = "100.00" },
    charge { id = "line_rental", every = "month", ahead = true, prorate = "day", amount = "12.00",
        split = { { product = "line", share = "80%" }, { partner = "mast_owner", share = "20%" } } },
    charge { id = "insurance", every = "month", ahead = false, priced_by = "year", amount = "25.00", suspended = "free",
        prorate = "day" },
}
]],
}

words.param = {
    about = {
        en = "Stands where a charge wants its amount. A parameter is a field of `params` of the package: `money = \"12.00\"` is one of "
            .. "money with a default, `money = true` one without. What is given must be of its kind and among its `choices`; a "
            .. "constant is not given, and what is derived is what its function makes of the others, `p.NAME`. `from`, `till` and "
            .. "`lasts` bound the days on which what was given counts; on others the default does. A parameter that is missing where "
            .. "it is needed, or that its `check` does not allow, refuses the question with PARAMETER.",
        zh = "写在收费的金额处。参数是优惠包 `params` 的字段：`money = \"12.00\"` 是有缺省值的金额，`money = true` 没有缺省值。"
            .. "给出的值须符合种类并在 `choices` 之中；常量不由外部给出，推导的参数由函数从其他参数 `p.名称` 得出。"
            .. "`from`、`till`、`lasts` 限定所给的值在哪些日子有效，其余日子用缺省值。需要而没有给出的参数，或 `check` 不允许的值，以 PARAMETER 拒绝。",
    },
    file = "packages/mast.lua",
    example = [[
package "mast" {
    kind = "plugin", from = "2026-01-01",

    params = {
        monthly_fee = { money = "20.00", choices = { "20.00", "30.00" } },
        welcome = { money = "0.00", lasts = "3 months", check = function(p) return p.welcome < p.monthly_fee end, say = "mast.welcome" },
        antennas = { integer = 0 },
        service_fee = { money = true, derive = function(p) return p.monthly_fee:times("10%") end },
    },

    -- Who has a mast pays no rental for the line.
    charge { id = "mast_fee", every = "month", ahead = true, amount = param "monthly_fee", replaces = "rental.line_rental" },
    charge { id = "antenna", every = "month", ahead = true, amount = "5.00", for_each = param "antennas" },
    charge { id = "mast_service", every = "month", ahead = true, amount = param "service_fee" },

    -- A year's price of the site, shared by all who use it.
    charge {
        id = "mast_rent", every = "month", ahead = false, prorate = "day", priced_by = "year",
        amount = function(c)
            local pay = tables.sharing { tenants = c.site.tenants, role = c.lease.role }
            return c.site.price:plus("2%"):share(pay.rent):because("mast.share", pay)
        end,
    },
}
]],
}

words.due = {
    about = {
        en = "Asks for all charges of one package over a period of days. Each charge has a line for each of its cycles that the period "
            .. "touches, in the order in which the charges are written. Facts of the catalog hold from `from` till `till`; of two that "
            .. "begin on one day the later one counts. If what is held ends in the period, and early, lines for that come last.",
        zh = "查询一个优惠包在一段日子内的全部应付费用。时段涉及的每个周期各有一行，按收费书写的顺序排列。"
            .. "事实在 `from` 至 `till` 之间有效；同一天有两个值时取较晚的一个。在时段内提前终止的，其费用行排在最后。",
    },
    file = "packages/rental_test.lua",
    example = [[
due "a line that is taken on the tenth" {
    holds = { package = "rental", from = "2026-03-10 15:30:00" },
    from = "2026-03-01", till = "2026-05-01",
    suspended = { from = "2026-04-01", till = "2026-04-16" },
    expect = {
        amount = "123.04",
        split = { "line_rental line 6.82", "line_rental mast_owner 1.70", "line_rental line 9.60", "line_rental mast_owner 2.40" },
        lines = { "installation 100.00", "line_rental 2026-03-01 8.52", "line_rental 2026-04-01 12.00",
            "insurance 1.48", "insurance 1.04" },
    },
}

due "a mast that is shared from the sixteenth on" {
    holds = "mast",
    from = "2026-03-01", till = "2026-04-01",
    params = { monthly_fee = "30.00", antennas = 2 },
    facts = {
        { "site.price", "12000.00" },
        { "lease.role", "anchor" },
        { "site.tenants", 1, till = "2026-03-16" },
        { "site.tenants", 2, from = "2026-03-16" },
    },
    expect = { lines = { "mast_fee 30.00", "antenna 5.00", "antenna 5.00", "mast_service 3.00", "mast_rent 835.74" } },
}

due "a line with a mast" {
    holds = { package = "rental", from = "2026-03-01" }, besides = { { package = "mast", from = "2026-04-01" } },
    from = "2026-03-01", till = "2026-05-01",
    expect = {
        lines = { "installation 100.00", "line_rental 2026-03-01 12.00", "insurance 2.08", "insurance 2.08" },
        replaced = { "line_rental 2026-04-01 mast.mast_fee" },
    },
}

due "a fee that nobody may choose" {
    holds = "mast",
    from = "2026-03-01", till = "2026-04-01",
    params = { monthly_fee = "25.00" },
    expect = { refused = "PARAMETER", nearest = "param_choice" },
}
]],
}

return words
