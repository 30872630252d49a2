-- What the checker can say of charges (see messages.lua).

local messages = {}

messages.reason_not_written = {
    severity = "warning",
    en = "the text of this reason is not written out, so nobody can tell whether it is there",
    zh = "此原因的文本键没有直接写出，无法检查文本是否存在",
    mend_en = "write its key in quotes: because(\"tower.rent\")",
    mend_zh = "用引号写出键：because(\"tower.rent\")",
}
messages.charge_once = {
    en = "what falls due once has no cycle, and so no {field}",
    zh = "一次性费用没有周期，也就没有 {field}",
    mend_en = "remove {field}, or write every = \"month\"",
    mend_zh = "删去 {field}，或写 every = \"month\"",
}
messages.charge_priced_by = {
    en = "a day is no fixed part of a month or a year",
    zh = "一日不是月或年的固定份额",
    mend_en = "write every = \"month\" and prorate = \"day\", or the price of a day",
    mend_zh = "写 every = \"month\" 并写 prorate = \"day\"，或直接写每日的价格",
}
messages.charge_changes = {
    en = "{id} has another {field} than in the version before, at {place}; a cycle may lie in both",
    zh = "{id} 的 {field} 与上一版本（{place}）不同，而一个周期可能跨越两个版本",
    mend_en = "write the same {field}, or give the new charge another id",
    mend_zh = "写相同的 {field}，或为新的收费另取编号",
}
messages.each_other_kind = {
    en = "the fact {name} is {kind}; what is owed for each needs a whole number",
    zh = "事实 {name} 的种类是 {kind}，逐个收取需要整数",
    mend_en = "declare it as \"integer\", or name another fact",
    mend_zh = "把它声明为 \"integer\"，或改用其他事实",
}
messages.replaces_own = {
    en = "{name} is a charge of the same package: both would always be there",
    zh = "{name} 是同一优惠包的收费，两者总是同时存在",
    mend_en = "remove one of the two, or name a charge of another package",
    mend_zh = "删去其中之一，或写另一优惠包的收费",
}
messages.replaces_other_cycle = {
    en = "what falls due once can't take the place of {name}, which recurs, nor the other way round",
    zh = "一次性费用与周期性费用不能互相取代（{name}）",
    mend_en = "write the same kind of charge, or name another one",
    mend_zh = "使两者同为一次性或同为周期性，或改写另一项收费",
}
messages.replaces_circular = {
    en = "{name} replaces itself, by way of {others}: while all are held, none of them is owed",
    zh = "{name} 经由 {others} 又取代它自身：同时持有时谁也不收取",
    mend_en = "remove one of the replaces",
    mend_zh = "删去其中一个 replaces",
}
messages.replaces_excluded = {
    en = "{package} and {other} exclude each other, so that {name} is never replaced",
    zh = "{package} 与 {other} 互斥，{name} 永远不会被取代",
    mend_en = "remove replaces, or the rule that excludes them",
    mend_zh = "删去 replaces，或删去互斥规则",
}
messages.due_replaced = {
    en = "'{got}' does not say what was replaced by what",
    zh = "“{got}”不是“被取代的收费”的写法",
    mend_en = "write \"fee 2026-04-01 vip.fee\"",
    mend_zh = "写成 \"fee 2026-04-01 vip.fee\"",
}
messages.split_party = {
    en = "a share is that of one product, or of one partner",
    zh = "一个份额只属于一个产品或一个合作方",
    mend_en = "write either product = \"…\" or partner = \"…\"",
    mend_zh = "在 product = \"…\" 与 partner = \"…\" 中写一个",
}
messages.split_sum = {
    en = "the shares sum to {sum} %, not to 100 %",
    zh = "各份额之和为 {sum}%，不是 100%",
    mend_en = "change them so that they sum to 100 %",
    mend_zh = "修改份额，使其和为 100%",
}
messages.due_split = {
    en = "'{got}' is not a share",
    zh = "“{got}”不是份额的写法",
    mend_en = "write \"fee broadband 76.30\"",
    mend_zh = "写成 \"fee broadband 76.30\"",
}
messages.due_period = {
    en = "the period ends before it begins, or is longer than {max} days",
    zh = "时段的结束早于开始，或超过 {max} 天",
    mend_en = "write till behind from, and split what is longer",
    mend_zh = "till 须晚于 from，过长的时段请拆分",
}
messages.due_line = {
    en = "'{got}' is not a line that falls due",
    zh = "“{got}”不是应付费用行的写法",
    mend_en = "write \"fee 91.55\" or \"fee 2026-03-01 91.55\"",
    mend_zh = "写成 \"fee 91.55\" 或 \"fee 2026-03-01 91.55\"",
}
messages.due_nothing_expected = {
    en = "this test expects nothing, so it can't fail",
    zh = "此测试没有任何期望，不可能失败",
    mend_en = "say what must come out: amount, lines or refused",
    mend_zh = "写出应得的结果：amount、lines 或 refused",
}


-- Parameters and facts

messages.param_kind = {
    en = "the parameter {name} must say what it is by one of money, number, integer, text, date and choice",
    zh = "参数 {name} 须以 money、number、integer、text、date、choice 之一说明种类",
    mend_en = "write money = \"12.00\" for a default, or money = true for none",
    mend_zh = "有缺省值写 money = \"12.00\"，没有则写 money = true",
}
messages.param_without_choices = {
    en = "the parameter {name} has no choices",
    zh = "参数 {name} 没有可选值",
    mend_en = "write choices = { \"…\", \"…\" }",
    mend_zh = "写 choices = { \"…\", \"…\" }",
}
messages.param_not_chosen = {
    en = "the default of the parameter {name} is none of its choices",
    zh = "参数 {name} 的缺省值不在可选值中",
    mend_en = "write one of {choices}, or add it to the choices",
    mend_zh = "写 {choices} 之一，或把它加入可选值",
}
messages.param_derived = {
    en = "the parameter {name} is derived, and so has no {field} of its own",
    zh = "参数 {name} 由函数推导，不能另有 {field}",
    mend_en = "remove it, or remove derive",
    mend_zh = "删去它，或删去 derive",
}
messages.param_constant = {
    en = "the parameter {name} is a constant, which nobody gives, and so has no {field}",
    zh = "参数 {name} 是常量，不由外部给出，也就没有 {field}",
    mend_en = "remove it, or write source = \"order\"",
    mend_zh = "删去它，或写 source = \"order\"",
}
messages.param_without_default = {
    en = "the parameter {name} needs a default: a constant is that, and what has a life is that before and after",
    zh = "参数 {name} 须有缺省值：常量即取该值；有生效期的参数在期外取该值",
    mend_en = "write money = \"12.00\" instead of money = true",
    mend_zh = "把 money = true 改为 money = \"12.00\"",
}
messages.param_without_say = {
    en = "the parameter {name} has a check without a text that says why not, or such a text without a check",
    zh = "参数 {name} 有 check 而无说明文本，或有说明文本而无 check",
    mend_en = "write both check = function(p) … end and say = \"…\"",
    mend_zh = "同时写 check = function(p) … end 与 say = \"…\"",
}
messages.param_cycle = {
    en = "the parameter {name} is derived from itself",
    zh = "参数 {name} 的推导又依赖它自身",
    mend_en = "derive it from parameters that are given",
    mend_zh = "由给定的参数推导",
}
messages.param_other_kind = {
    en = "the parameter {name} is {kind}; {wanted} is wanted here",
    zh = "参数 {name} 的种类是 {kind}，此处需要 {wanted}",
    mend_en = "name a parameter of {wanted}",
    mend_zh = "改用种类为 {wanted} 的参数",
}
messages.unknown_fact = {
    en = "the catalog declares no fact {name}",
    zh = "目录没有声明事实 {name}",
    mend_en = "write {near}",
    mend_zh = "写成 {near}",
    or_en = "declare it in the catalog: formula_facts for formulas, facts for customers",
    or_zh = "在目录中声明：公式用的写在 formula_facts，客户资料写在 facts",
}
messages.change_of_the_past = {
    en = "a parameter can't change before the clock's time",
    zh = "参数的更改不能早于时钟所指时刻",
    mend_en = "leave out from, or write a later time",
    mend_zh = "不写 from，或写更晚的时间",
}
messages.fact_group_taken = {
    en = "a group of facts can't be called {name}: c.{name} are the parameters of the package",
    zh = "事实的组不能叫 {name}：c.{name} 是优惠包的参数",
    mend_en = "give the group another name",
    mend_zh = "换一个组名",
}

return messages
