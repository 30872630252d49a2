-- The words of sharing: what all members of a group that holds a package use and count together. schema.lua takes them in.

local words = {}

words.shared = { "shared", "yes",
    say = { en = "true: all members of the group that holds the package use it together", zh = "true：持有本优惠包的群组全体成员共用" } }

words.member_cap = { "member_cap", "allowance_amount",
    say = { en = "Of a shared one: a member takes no more in a cycle: 100 (with a unit) or \"100 minutes\"",
        zh = "共享时每个成员一个周期内最多用多少：100（另写 unit）或 \"100 minutes\"" } }

words.by = { "by", { "one_of", "member", "package" }, default = "member",
    say = { en = "Counted for each member alone, or for all members of the group that holds the package",
        zh = "member：各成员分别计数；package：持有本优惠包的群组全体成员合并计数" } }

-- Who owes a charge, or gets a gift.
words.once = { "by", { "one_of", "member", "package" }, default = "member",
    say = { en = "For each member, or once for all members of the group that holds the package, by the one of them that pays",
        zh = "member：每个成员各一次；package：持有本优惠包的群组只一次，归付费成员" } }

-- How a subscription of a test holds a package as a member of a group.
words.holding = {
    { "group", "id", say = { en = "Held as a member of this group", zh = "作为该群组的成员持有" } },
    { "group_from", "moment", say = { en = "Since when the group holds it; else `from`", zh = "群组自何时起持有；不写则同 `from`" } },
    { "members", { "integer", 1, 1000000 }, say = { en = "How many members the group has", zh = "群组的成员数" } },
    { "pays", "yes", say = { en = "true: of its members, the one that owes and gets what the group does once",
        zh = "true：群组只收（或只给）一次的，由该成员承担" } },
}

-- Whose step of a scenario it is, or who holds a package there.
words.member = { "member", "id",
    say = { en = "Another subscription, which is a member of the group: any name; else the one that the scenario is about",
        zh = "群组中的另一个用户（名称任取）；不写则为本场景的用户" } }

return words
