-- What the checker says of deposits, gifts and the order of paying, and of the steps of scenarios that move money (see messages.lua).

local messages = {}

messages.deposit_sum = {
    en = "the instalments are {sum} in all, the deposit is {amount}",
    zh = "各期合计 {sum}，而预存金为 {amount}",
    mend_en = "write amount = \"{sum}\", or instalments that are {amount} together",
    mend_zh = "写 amount = \"{sum}\"，或使各期合计为 {amount}",
}
messages.instalment_of_zero = {
    en = "an instalment of nothing",
    zh = "有一期金额为零",
    mend_en = "leave it out, or write what it is",
    mend_zh = "删去它，或写出金额",
}
messages.gift_without_end = {
    en = "the gift {id} has no end: what nobody spends would be owed for ever",
    zh = "赠款 {id} 没有有效期：未用完的将永远挂账",
    mend_en = "say how long each instalment may be spent: valid = \"2 months\"",
    mend_zh = "写出每期的有效期：valid = \"2 months\"",
}
messages.pays_nothing = {
    en = "the {word} {id} pays for nothing here",
    zh = "此处 {word} {id} 不能支付任何费用",
    mend_en = "name what it pays for: pays = { service = \"…\" }, or pays = { charge = \"all\" }",
    mend_zh = "写出可支付的费用：pays = { service = \"…\" } 或 pays = { charge = \"all\" }",
}
messages.instalments_too_long = {
    en = "the {word} {id} that begins on {from} has not come to its last instalment when the package ends, on {till}",
    zh = "{word} {id} 自 {from} 开始，到优惠包 {till} 失效时最后一期尚未到",
    mend_en = "write fewer instalments, or let the package end later",
    mend_zh = "减少期数，或推迟优惠包的失效日",
}
messages.pay_order_incomplete = {
    en = "the order of paying names gift, deposit and cash, each once, and before or behind them expiry",
    zh = "支付先后须写 gift、deposit、cash 各一次，并把 expiry 写在最前或最后",
    mend_en = "write { \"expiry\", \"gift\", \"deposit\", \"cash\" }",
    mend_zh = "写成 { \"expiry\", \"gift\", \"deposit\", \"cash\" }",
}

messages.unknown_stored = {
    en = "no package of the catalog stores '{name}'",
    zh = "目录中没有优惠包有“{name}”这笔预存金或赠款",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "write \"package.id\" of a deposit or gift",
    or_zh = "写预存金或赠款的 \"优惠包.编号\"",
}
messages.store_not_held = {
    en = "the package '{name}' is not held here, so nothing can be paid in for it",
    zh = "此时没有持有优惠包“{name}”，无法为其存入",
    mend_en = "buy it in a step before this one",
    mend_zh = "在此之前用 buy 购买",
}
messages.suspended_already = {
    en = "the subscription is suspended already",
    zh = "用户已经停机",
    mend_en = "remove this step, or resume before it",
    mend_zh = "删去这一步，或在此之前用 resume 复机",
}
messages.not_suspended = {
    en = "the subscription is not suspended",
    zh = "用户没有停机",
    mend_en = "remove this step, or suspend before it",
    mend_zh = "删去这一步，或在此之前用 suspend 停机",
}
messages.entry_line = {
    en = "'{got}' is not an entry",
    zh = "“{got}”不是账目的写法",
    mend_en = "write \"pay cash 5.00\", \"gift package.id 30.00\" or \"2026-04-01 expire package.id 10.00\"; there are top_up, "
        .. "bonus, store, release, gift, skip, expire, pay, to_cash, forfeit and refund",
    mend_zh = "写成 \"pay cash 5.00\"、\"gift 优惠包.编号 30.00\" 或 \"2026-04-01 expire 优惠包.编号 10.00\"；"
        .. "可用 top_up、bonus、store、release、gift、skip、expire、pay、to_cash、forfeit、refund",
}

return messages
