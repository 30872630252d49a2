-- What the checker can say of leaving early (see messages.lua).

local messages = {}

messages.termination_what = {
    en = "a termination says either what of a charge remains, or an amount",
    zh = "termination 须在 remaining 与 amount 中二者取一",
    mend_en = "write remaining = \"fee\" or amount = \"300.00\"",
    mend_zh = "写 remaining = \"fee\" 或 amount = \"300.00\"",
}
messages.termination_field = {
    en = "{field} does not go with {other}",
    zh = "{field} 不能与 {other} 同写",
    mend_en = "remove {field}",
    mend_zh = "删去 {field}",
}
messages.termination_once = {
    en = "of {name}, which falls due once, nothing can remain",
    zh = "{name} 是一次性费用，没有剩余部分",
    mend_en = "name a charge that recurs, or write an amount",
    mend_zh = "改用周期性收费，或写 amount",
}

return messages
