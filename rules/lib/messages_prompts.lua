-- What the checker can say of prompts; messages.lua takes it in.

local messages = {}

messages.prompt_once_again = {
    en = "'{id}' is shown once, so that it is never shown again once it was answered",
    zh = "“{id}”只提示一次，答复之后不会再次提示",
    mend_en = "remove `{field}`, or remove `once`",
    mend_zh = "删去 `{field}`，或删去 `once`",
}
messages.retain_same_rank = {
    en = "'{id}' and '{other}' both retain '{party}' at the rank {rank}",
    zh = "“{id}”与“{other}”以同一等级 {rank} 挽留“{party}”",
    mend_en = "give one of them another rank: only the highest is offered",
    mend_zh = "改动其中之一的等级：只提供最高的一级",
}
messages.fact_other_kind = {
    en = "c.{call} asks for the fact '{name}', which is of the kind {kind}",
    zh = "c.{call} 查询的资料“{name}”种类为 {kind}",
    mend_en = "it takes one of the kind {wanted}; write c.customer.{name} for others",
    mend_zh = "它只用于种类 {wanted}；其他资料写 c.customer.{name}",
}
messages.cancel_of_nothing = {
    en = "cancel names '{name}', which is not held",
    zh = "cancel 所写的“{name}”并未持有",
    mend_en = "add it to holds, or remove it here",
    mend_zh = "把它加入 holds，或在此删去",
}
messages.occasion_without_expect = {
    en = "the occasion expects nothing",
    zh = "该场合没有期望任何结果",
    mend_en = "add prompts = {} or skipped = {}",
    mend_zh = "添加 prompts = {} 或 skipped = {}",
}

return messages
