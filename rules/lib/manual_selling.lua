-- What the reference page says of selling; manual.lua takes it in.

local manual = { words = {}, types = {} }

manual.words.sell = {
    about = {
        en = "Stands alone, as often as one likes. Names are those of packages; \"plan.ID\" and \"offering.ID\" are whatever was bought by "
            .. "that plan or offering. A rule holds at every moment of what an order makes of what is held and what earlier orders will "
            .. "still add: what ends before another begins is never in its way. What was wrong before the order is not held against it.",
        zh = "单独书写，可写多个。名称为优惠包的编号；\"plan.编号\"、\"offering.编号\" 指凭该定价计划或销售品购买的一切。"
            .. "规则在任何时刻都须成立：以订单生效后的状态（含已持有与在途订单）判断；一项在另一项开始之前结束，则互不妨碍。订单之前已存在的问题不归咎于该订单。",
    },
    file = "selling.lua",
    example = [[
sell {
    requires { "minutes", needs = { "home", "studio" }, say = "sell.minutes_need" },
    excludes { "home", "studio", only = { product = "line" }, say = "sell.one_base" },
    recommends { "home", offer = "minutes", say = "sell.minutes" },
    eligible { "studio", say = "sell.studio",
        when = function(c) return c.customer.tenure > 12 and c.average("spend", 3) > money "150" end },
}
]],
}
manual.words.requires = {
    about = {
        en = "With `only`, each line of these products must have the other. The example stands with `sell`.",
        zh = "写了 `only` 时，这些产品的每条线路都须有所依赖的一项。示例见 `sell`。",
    },
}
manual.words.excludes = {
    about = {
        en = "Without `only`, two of them exclude each other whatever their lines. The example stands with `sell`.",
        zh = "不写 `only` 时，无论线路如何，任何两项都互斥。示例见 `sell`。",
    },
}
manual.words.recommends = {
    about = {
        en = "A warning, never a refusal. The example stands with `sell`.",
        zh = "只是提醒，不会拒绝。示例见 `sell`。",
    },
}
manual.words.eligible = {
    about = {
        en = "Asked when one of these is added, of the moment when it begins. A condition that fails, or that asks for a fact which is "
            .. "not known, blocks the order, and says so. The example stands with `sell`.",
        zh = "新增其中一项时，按其生效时刻判断。条件出错，或用到未知的客户资料时，订单不能受理，并说明原因。示例见 `sell`。",
    },
}
manual.words.order = {
    about = {
        en = "What ends or changes is named by its package. Reasons are written as a code and whom it is about: \"excludes phs_solo, "
            .. "e6_base H1\". The codes are fact, unknown, not_sold, plan, agreement, effective, parameter, eligibility, members, under, "
            .. "requires, excludes and, for a warning, recommends. Fixes are sets of drop, cancel, leave, lines, start, effective, "
            .. "add and set; the shortest first. Of a parameter it says which, why and what is allowed: "
            .. "\"parameter e6_base: monthly_fee param_choice 99.00|129.00\". Bills are foretold by what will price them: each has "
            .. "what falls due in its month.",
        zh = "取消或变更的对象写其优惠包。原因写作代码与所涉及者：\"excludes phs_solo, e6_base H1\"。"
            .. "代码有 fact、unknown、not_sold、plan、agreement、effective、parameter、eligibility、members、under、requires、excludes，"
            .. "以及仅作提醒的 recommends。解决办法由 drop、cancel、leave、lines、start、effective、add、set 组成，最短的在前。"
            .. "参数的原因写明是哪一个、为何以及允许的值：\"parameter e6_base: monthly_fee param_choice 99.00|129.00\"。"
            .. "账单按将来实际计费的同一方法预告：每张含当月到期的费用。",
    },
    file = "selling_test.lua",
    example = [[
order "minutes need a base" {
    at = "2026-03-18 12:00:00",
    add = { package = "minutes", effective = "now" },
    expect = { verdict = "blocked", because = "requires minutes, home", fixes = { "drop minutes", "add home" } },
}
]],
}

manual.types.party = { lua = "string", en = "name", zh = "名称",
    more = { en = "a package; or \"plan.ID\", \"offering.ID\"", zh = "优惠包；或 \"plan.编号\"、\"offering.编号\"" }, like = '"e6_base"' }
manual.types.member_count = { lua = "integer|string", en = "number of lines", zh = "线路数",
    more = { en = "so many, or from … to", zh = "固定数目，或范围" }, like = '"0..2"' }
manual.types.members = { lua = "suanpan.member[]|{ same_as: string }", en = "members", zh = "成员",
    more = { en = "rows of products with counts, or { same_as = \"package\" }", zh = "带数目的产品行，或 { same_as = \"优惠包\" }" },
    like = '{ { product = "pstn", count = 1 } }' }
manual.types.effective_mode = { lua = "string|table<string, integer>", en = "effective mode", zh = "生效方式",
    more = { en = "\"now\", \"next_cycle\" (the next local month), \"date\" (a day that the order names), { days_after_acceptance = 3 }, "
        .. "{ days_after_completion = 3 } (so many local days later, at their beginning)",
        zh = "\"now\" 立即、\"next_cycle\" 下一自然月、\"date\" 订单指定的日期、{ days_after_acceptance = 3 }、{ days_after_completion = 3 } "
        .. "受理或竣工若干日后的零时" },
    like = '"next_cycle"' }
manual.types.condition = { lua = "fun(c: suanpan.subject): boolean", en = "condition", zh = "条件",
    more = { en = "true or false; see Conditions", zh = "true 或 false；见“条件”" }, like = 'function(c) return c.holds("e6_base") end' }
manual.types.fact_kinds = { lua = "table<string, string>", en = "kinds of facts", zh = "资料及其种类",
    more = { en = "by name: \"money\", \"integer\", \"text\", \"boolean\", \"date\" or \"money by month\"",
        zh = "按名称：\"money\"、\"integer\"、\"text\"、\"boolean\"、\"date\" 或 \"money by month\"" },
    like = '{ spend = "money by month" }' }
manual.types.facts = { lua = "table<string, any>", en = "facts", zh = "资料",
    more = { en = "by name: texts, whole numbers, true or false; amounts and dates as text; by month: { [\"2026-01\"] = \"120.00\" }",
        zh = "按名称：文本、整数、true 或 false；金额与日期写成文本；按月：{ [\"2026-01\"] = \"120.00\" }" },
    like = '{ tenure = 24 }' }
manual.types.lines = { lua = "table<string, string|string[]>", en = "lines by product", zh = "按产品的线路",
    more = { en = "a line, or several", zh = "一条或多条" }, like = '{ pstn = "P1", phs = { "H1", "H2" } }' }

return manual
