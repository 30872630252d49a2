-- What the checker can say of selling; messages.lua takes it in.

local messages = {}

messages.excludes_nothing = {
    en = "excludes names one thing only, so that nothing is excluded",
    zh = "excludes 只写了一项，没有任何互斥",
    mend_en = "name two or more, no two of which may be held at the same time",
    mend_zh = "写两项或更多，其中任何两项不得同时有效",
}
messages.requires_circular = {
    en = "what is required goes round in a circle: {names}",
    zh = "依赖成环：{names}",
    mend_en = "remove one of these needs: the first of them could never be sold by itself",
    mend_zh = "删去其中一条依赖：否则谁都无法先行销售",
}
messages.requires_excluded = {
    en = "'{name}' requires '{party}' and excludes it, so that it can never be sold",
    zh = "“{name}”既依赖“{party}”又与之互斥，永远无法销售",
    mend_en = "remove one of the two rules, or say for which products the exclusion is by `only`",
    mend_zh = "删去其中一条规则，或用 `only` 写明互斥仅限哪些产品",
}
messages.plan_excludes_itself = {
    severity = "warning",
    en = "the plan '{name}' has '{party}' in by default, which '{other}' excludes, so that it can't be sold as it is",
    zh = "定价计划“{name}”默认包含“{party}”，而“{other}”与之互斥，无法按默认内容销售",
    mend_en = "make one of them optional, or remove the rule of exclusion",
    mend_zh = "把其中之一改为可选，或删去互斥规则",
}
messages.never_sellable = {
    en = "'{name}' can never be sold: it would need '{party}' together with '{other}', which exclude each other or are never sold at "
        .. "the same time",
    zh = "“{name}”永远无法销售：它需要“{party}”与“{other}”同时有效，而两者互斥，或从不同时在售",
    mend_en = "name another one among its needs, or remove the rule that is in the way",
    mend_zh = "在依赖中另写一项，或删去造成冲突的规则",
}
messages.default_not_allowed = {
    en = "the default is not among the modes that `allow` lists",
    zh = "缺省方式不在 `allow` 所列之中",
    mend_en = "add it to `allow`, or choose one that is there",
    mend_zh = "把它加入 `allow`，或改用其中之一",
}
messages.same_as_without_requires = {
    en = "the lines of '{id}' are those of '{other}', but it may be held without '{other}'",
    zh = "“{id}”的成员与“{other}”相同，但没有“{other}”时也可持有“{id}”",
    mend_en = 'write requires { "{id}", needs = "{other}", say = "…" } in sell { … }',
    mend_zh = '在 sell { … } 中写 requires { "{id}", needs = "{other}", say = "…" }',
}
messages.agreement_without_list = {
    en = "the offering '{id}' is by agreement, but does not say which agreements list it",
    zh = "销售品“{id}”为协议类，但未写明列于哪些协议",
    mend_en = 'add agreements = { "…" }',
    mend_zh = '添加 agreements = { "…" }',
}
messages.agreements_of_other_kind = {
    en = "an offering of the kind {kind} is sold without any agreement",
    zh = "{kind} 类销售品无需协议即可销售",
    mend_en = 'write kind = "agreement", or remove agreements',
    mend_zh = '写 kind = "agreement"，或删去 agreements',
}
messages.ancillary_without_under = {
    severity = "warning",
    en = "the ancillary product '{id}' does not say which products it lives under",
    zh = "附属产品“{id}”未写明依附于哪些产品",
    mend_en = 'add under = "…", the products of which its line must have one',
    mend_zh = '添加 under = "…"，即同一线路须有其一的产品',
}
messages.under_of_standard = {
    en = "the product '{id}' is a standard one, and lives under no other",
    zh = "产品“{id}”是标准产品，不依附于其他产品",
    mend_en = 'write kind = "ancillary", or remove under',
    mend_zh = '写 kind = "ancillary"，或删去 under',
}
messages.order_bills = {
    en = "{max} bills are foretold at most",
    zh = "至多预告 {max} 张账单",
    mend_en = "leave out what comes later",
    mend_zh = "删去其后的各项",
}
messages.order_of_nothing = {
    en = "{word} names '{name}', which is neither held nor pending",
    zh = "{word} 所写的“{name}”既未持有也不在途",
    mend_en = "add it to holds or pending, or remove it here",
    mend_zh = "把它加入 holds 或 pending，或在此删去",
}

return messages
