-- What the checker can say of sharing (see messages.lua).

local messages = {}

messages.member_cap_alone = {
    en = "an allowance that is not shared has no members, and so no member_cap",
    zh = "不共享的免费资源没有成员，也就没有 member_cap",
    mend_en = "write shared = true, or remove member_cap",
    mend_zh = "写 shared = true，或删去 member_cap",
}
messages.member_cap_without_cycle = {
    en = "what is given once has no cycle in which a member could take so much",
    zh = "只给予一次的免费资源没有周期，无法限定成员每周期的用量",
    mend_en = "remove member_cap, or write every = \"month\"",
    mend_zh = "删去 member_cap，或写 every = \"month\"",
}
messages.member_cap_bounds_nothing = {
    en = "a member may take as much as there is, so that this bounds nothing",
    zh = "成员可用的不少于总量，此上限不起作用",
    mend_en = "write less than the amount, or remove member_cap",
    mend_zh = "写小于 amount 的数量，或删去 member_cap",
}
messages.by_without_cycle = {
    en = "tiers that count one event count nothing of other members",
    zh = "按每次使用累计的阶梯不涉及其他成员",
    mend_en = "remove by, or write every = \"month\"",
    mend_zh = "删去 by，或写 every = \"month\"",
}
messages.group_missing = {
    en = "{field} says something of a group, but the package is held by none",
    zh = "{field} 说明的是群组，但此处没有写群组",
    mend_en = "write group, or remove {field}",
    mend_zh = "写明 group，或删去 {field}",
}
messages.group_later = {
    en = "the group holds the package only after its member does",
    zh = "群组开始持有的时间晚于其成员",
    mend_en = "write a group_from that is no later than from",
    mend_zh = "group_from 须不晚于 from",
}
messages.by_without_group = {
    en = "'{package}' is held by one line alone, so that there is no group",
    zh = "“{package}”只由一条线路持有，没有群组",
    mend_en = "remove by, or change members of the package",
    mend_zh = "删去 by，或更改优惠包的 members",
}
messages.gift_with_deposit = {
    en = "a gift that comes with the deposit '{deposit}' is for whoever paid that in",
    zh = "随预存金“{deposit}”而来的赠款归存入者",
    mend_en = "remove by, or remove with",
    mend_zh = "删去 by，或删去 with",
}

return messages
