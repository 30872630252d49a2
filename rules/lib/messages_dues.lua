-- What the checker can say of charges (see messages.lua).

local messages = {}

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

return messages
