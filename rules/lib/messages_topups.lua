-- What the checker says of the rules for top-ups, and of what scenarios expect of them (see messages.lua).

local messages = {}

messages.topup_gives_nothing = {
    en = "the rule {id} gives nothing",
    zh = "充值规则 {id} 什么也不给",
    mend_en = "add bonus = \"10.00\", bonus = \"10%\" or extends = \"30 days\"",
    mend_zh = "加上 bonus = \"10.00\"、bonus = \"10%\" 或 extends = \"30 days\"",
}
messages.topup_without_bonus = {
    en = "{field} says something of a bonus, and there is none",
    zh = "{field} 说的是奖励金，而此处没有奖励金",
    mend_en = "remove {field}, or add bonus = \"10.00\"",
    mend_zh = "删去 {field}，或加上 bonus = \"10.00\"",
}
messages.topup_to_balance = {
    en = "what goes to the balance that is topped up is good as long as that, and pays for what that pays for",
    zh = "奖励金并入所充值的账本，其有效期与用途随该账本",
    mend_en = "remove {field}, or write to = \"gift\"",
    mend_zh = "删去 {field}，或写 to = \"gift\"",
}
messages.topup_without_end = {
    en = "the gift of the rule {id} has no end: what nobody spends would be owed for ever",
    zh = "充值规则 {id} 的赠款没有有效期：未用完的将永远挂账",
    mend_en = "say how long it may be spent: valid = \"2 months\"",
    mend_zh = "写出有效期：valid = \"2 months\"",
}
messages.topup_bonus_of_zero = {
    en = "a bonus of nothing",
    zh = "奖励金为零",
    mend_en = "leave it out, or write how much it is",
    mend_zh = "删去它，或写出多少",
}
messages.topup_unrounded = {
    en = "a percentage of a top-up can be less than a fen, and the rule does not say how it is rounded",
    zh = "充值金额的百分比可能不足一分，而规则没有说明如何取整",
    mend_en = "add round = \"0.01 down\"",
    mend_zh = "加上 round = \"0.01 down\"",
}
messages.topup_round = {
    en = "an amount is given as it stands: there is nothing to round",
    zh = "金额按原样赠送，无需取整",
    mend_en = "remove round",
    mend_zh = "删去 round",
}
messages.topup_larger = {
    severity = "warning",
    en = "the bonus can be more than what is paid in, from {at_least} on",
    zh = "奖励金可能超过充值金额（{at_least} 起）",
    mend_en = "if that is not meant, lower the bonus, or raise at_least",
    mend_zh = "如非本意，请降低奖励金，或提高 at_least",
}
messages.topup_long = {
    en = "'{name}' is longer than the {max} bytes for which the balance of a gift has room",
    zh = "“{name}”超过赠款账本所能记的 {max} 字节",
    mend_en = "choose a shorter id",
    mend_zh = "改用更短的编号",
}
messages.topup_same_amount = {
    en = "{id} and {other} are both for {amount}, so that nobody knows which of them applies",
    zh = "{id} 与 {other} 的起始金额同为 {amount}，无法确定适用哪一条",
    mend_en = "write another at_least or dates that do not overlap; stack = \"add\" if both are meant; every for one that is given first",
    mend_zh = "改写 at_least 或错开日期；若两者都给，写 stack = \"add\"；若其一仅限次数先给，为它写 every",
}
messages.topup_less_for_more = {
    severity = "warning",
    en = "who pays in {amount} gets less by {id} than {other} would give",
    zh = "充值 {amount} 时，{id} 给的比 {other} 还少",
    mend_en = "if that is not meant, raise the bonus of {id}, or lower that of {other}",
    mend_zh = "如非本意，请提高 {id} 的奖励金，或降低 {other} 的",
}
messages.topup_reserved = {
    en = "no package may be called 'topup' where there are rules for top-ups: what these give is named topup.ID",
    zh = "有充值规则时，优惠包不能叫“topup”：规则所给的以 topup.编号 命名",
    mend_en = "give the package another id",
    mend_zh = "给优惠包换一个编号",
}
messages.topup_line = {
    en = "'{got}' does not say what a rule gave",
    zh = "“{got}”不是充值规则所给的写法",
    mend_en = "write \"id 10.00\" of a bonus, \"id 30 days\" of an extension",
    mend_zh = "奖励金写 \"编号 10.00\"，延长写 \"编号 30 days\"",
}

return messages
