-- What the checker says of notices and refunds, and of the steps of scenarios that have to do with them (see messages.lua).

local messages = {}

messages.notify_one_way = {
    en = "a notify says {first} and {second}",
    zh = "notify 同时写了 {first} 与 {second}",
    mend_en = "keep one of left, used and before; write another notify for the other",
    mend_zh = "在 left、used、before 中保留一个，另一个另写 notify",
}
messages.notify_nothing = {
    en = "the notify {id} does not say when",
    zh = "notify {id} 没有写何时通知",
    mend_en = "add left = \"10%\", used = \"80%\" or before = \"30 days\"",
    mend_zh = "加上 left = \"10%\"、used = \"80%\" 或 before = \"30 days\"",
}
messages.notify_without_of = {
    en = "{field} of what? A package as a whole has only an end",
    zh = "{field} 指的是什么的用量？优惠包本身只有到期",
    mend_en = "name what it counts: of = \"…\"",
    mend_zh = "写出所指的计数：of = \"…\"",
}
messages.notify_no_end = {
    en = "{id} is a {word}, which begins anew with each cycle and has no end to tell of",
    zh = "{id} 是 {word}，每个周期重新开始，没有到期可通知",
    mend_en = "name an allowance, or leave `of` out for the end of the package",
    mend_zh = "写免费资源，或不写 `of` 以指优惠包的到期",
}
messages.notify_unit = {
    en = "{id} counts {wanted}, this is {got}",
    zh = "{id} 以{wanted}计，而此处为{got}",
    mend_en = "write it in what {id} counts, or as a percentage",
    mend_zh = "改用 {id} 的单位，或写百分比",
}
messages.notify_without_total = {
    en = "{id} only counts: there is no amount of which something could be left, or a part used",
    zh = "{id} 只计数，没有总量，谈不上剩余或百分比",
    mend_en = "write how much is used, as a quantity: used = \"300 minutes\"",
    mend_zh = "写用量：used = \"300 minutes\"",
}
messages.notify_never = {
    en = "the notify {id} can never come to {text}: it is so from the beginning, or more than there is",
    zh = "notify {id} 的 {text} 永远不会达到：一开始即是如此，或超过总量",
    mend_en = "left is less than there is; used is more than nothing, and no more than there is",
    mend_zh = "left 应小于总量；used 应大于零且不超过总量",
}
messages.notify_too_early = {
    en = "{text} before its end, {of} may not have begun: the notify {id} would not be told",
    zh = "{of} 到期前 {text} 时可能尚未开始，notify {id} 将不会通知",
    mend_en = "write a shorter time than {of} is good for",
    mend_zh = "写比 {of} 有效期更短的时间",
}
messages.notice_line = {
    en = "'{got}' is not a notice",
    zh = "“{got}”不是通知的写法",
    mend_en = "write \"package.id 10%\", or \"2026-04-01 package.id 30 days\": the package, the notify and its threshold as it is written",
    mend_zh = "写成 \"优惠包.提醒 10%\" 或 \"2026-04-01 优惠包.提醒 30 days\"：优惠包、提醒及其所写的阈值",
}
messages.dead_refund = {
    en = "the refund {id} is never asked: '{other}' before it is of all its usage",
    zh = "退费规则 {id} 永远用不到：前面的“{other}”已包括它适用的全部",
    mend_en = "move it up, or remove it",
    mend_zh = "上移，或删去",
}
messages.use_named_twice = {
    en = "two uses are called '{name}'",
    zh = "有两次使用都叫“{name}”",
    mend_en = "give one of them another name",
    mend_zh = "给其中之一换个名称",
}
messages.part_of_nothing = {
    en = "the use '{name}' is counted in {wanted}",
    zh = "使用“{name}”以{wanted}计量",
    mend_en = "say how much of it in {wanted}, 1 or more; leave it out for the whole",
    mend_zh = "以{wanted}写出其中多少（至少 1）；不写则为全部",
}
messages.counter_line = {
    en = "'{got}' is no part of a counter",
    zh = "“{got}”不是计数的写法",
    mend_en = "write \"package.id 3\", or of what counts money \"package.id 3.00\"",
    mend_zh = "写成 \"优惠包.编号 3\"；计金额的写 \"优惠包.编号 3.00\"",
}

return messages
