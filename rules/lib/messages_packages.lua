-- What the checker can say of packages (see messages.lua).

local messages = {}

messages.till_before_from = {
    en = "till {till} is not after from {from}",
    zh = "失效日 {till} 不晚于生效日 {from}",
    mend_en = "write a later day: till is the first day not in force",
    mend_zh = "写一个更晚的日子：till 为失效首日",
}
messages.versions_same_start = {
    en = "two versions of {what} '{id}' begin on {from}; the other is at {place}",
    zh = "{what}“{id}”有两个版本都从 {from} 开始，另一个在 {place}",
    mend_en = "change the day of one of them, or remove one",
    mend_zh = "改其中一个的日期，或删去一个",
}
messages.versions_hole = {
    en = "{what} '{id}' ends on {till}, and its next version begins on {from}: nothing is in force between",
    zh = "{what}“{id}”于 {till} 失效，下一版本 {from} 才生效，其间无版本",
    mend_en = "write till = \"{from}\", or seasonal = true if that is meant",
    mend_zh = "写成 till = \"{from}\"；若有意如此，写 seasonal = true",
}
messages.versions_overlap = {
    en = "{what} '{id}' is in force until {till}, but its next version begins on {from} already",
    zh = "{what}“{id}”到 {till} 才失效，而下一版本 {from} 就已生效",
    mend_en = "write till = \"{from}\", or leave till out",
    mend_zh = "写成 till = \"{from}\"，或不写 till",
}
messages.layer_overlap = {
    en = "{packages} of the layer '{layer}' can be held together by the plan '{plan}', and more than one of them prices the service "
        .. "'{service}'{zone_en}",
    zh = "定价计划“{plan}”可同时持有“{layer}”层的 {packages}，而其中不止一个{zone_zh}为业务“{service}”定价",
    mend_en = "say which wins by over = \"…\" in its package, sell them by excludes { … }, or move one to another layer or plan",
    mend_zh = "在应当优先的优惠包中写 over = \"…\"，或用 excludes { … } 使其互斥，或改其中一个的层或定价计划",
}
messages.standard_changes = {
    en = "the product '{id}' has its standard prices in the package '{name}', and in '{other}' in another version",
    zh = "产品“{id}”的标准资费在优惠包“{name}”中，而另一版本写的是“{other}”",
    mend_en = "name one package, and give that versions",
    mend_zh = "只写一个优惠包，由该优惠包分版本",
}
messages.standard_layer = {
    en = "package '{name}' has the standard prices of the product '{id}', but is in the layer '{layer}'",
    zh = "优惠包“{name}”是产品“{id}”的标准资费，却在“{layer}”层",
    mend_en = "write layer = \"standard\" in the package",
    mend_zh = "在该优惠包中写 layer = \"standard\"",
}
messages.over_circular = {
    en = "package '{id}' is over itself, by way of {others}",
    zh = "优惠包“{id}”经由 {others} 优先于自身",
    mend_en = "remove one of these from over",
    mend_zh = "从 over 中去掉其中之一",
}
messages.over_other_layer = {
    en = "package '{name}' is in the layer '{other}', not in '{layer}': which of the two wins is said by the layers",
    zh = "优惠包“{name}”在“{other}”层，不在“{layer}”层，二者的先后由层决定",
    mend_en = "remove it from over",
    mend_zh = "从 over 中去掉它",
}
messages.layer_dearer = {
    severity = "warning",
    en = "this tariff is dearer at all times than '{other}', which it hides from those who hold both by the plan '{plan}'",
    zh = "此资费任何时候都比“{other}”贵，而按定价计划“{plan}”同时持有二者时由它定价",
    mend_en = "lower the price, or move one of the packages to another layer, unless that is meant",
    mend_zh = "调低价格，或改其中一个优惠包的层；如果有意如此则不必改",
}
messages.band_without_price = {
    en = "the calendar '{calendar}' has a band '{band}', for which {field} has no price",
    zh = "日历“{calendar}”有时段“{band}”，{field} 没有给出它的价格",
    mend_en = "add its price",
    mend_zh = "加上它的价格",
    propose = "{band} = \"…\",",
}
messages.bands_without_calendar = {
    en = "{field} has a price for each band, but the tariff names no calendar",
    zh = "{field} 按时段给出价格，但资费没有指明日历",
    mend_en = "add calendar = \"…\", or write one price",
    mend_zh = "加上 calendar = \"…\"，或只写一个价格",
}
messages.calendar_without_bands = {
    en = "{field} is one price, but the tariff follows the calendar '{calendar}'",
    zh = "{field} 只有一个价格，但资费按日历“{calendar}”定价",
    mend_en = "write a price for each band: { {bands} }, or remove the calendar",
    mend_zh = "为每个时段写价格：{ {bands} }，或去掉日历",
}
messages.price_or_amount = {
    en = "a tariff has a step and prices, or a function amount: one of the two",
    zh = "资费要么写计费单位与价格，要么写 amount 函数，二者取一",
    mend_en = "remove {field}",
    mend_zh = "去掉 {field}",
}
messages.tiers_not_chosen = {
    en = "the price has tiers, but the tariff does not say how they count",
    zh = "价格分阶梯，但资费没有说明如何计算",
    mend_en = "add tiers = { kind = \"graduated\", every = \"month\" }, or kind = \"volume\"",
    mend_zh = "加上 tiers = { kind = \"graduated\", every = \"month\" }（分段累进），或 kind = \"volume\"（全量）",
}
messages.tiers_without_prices = {
    en = "the tariff says how tiers count, but its price has none",
    zh = "资费说明了阶梯的计法，价格却不分阶梯",
    mend_en = "write price = { { \"0.15\", up_to = 300 }, { \"0.11\" } }, or remove tiers",
    mend_zh = "写成 price = { { \"0.15\", up_to = 300 }, { \"0.11\" } }，或去掉 tiers",
}
messages.tiers_not_rising = {
    en = "this tier ends where the one before it ends, or earlier, so that it has no width",
    zh = "此阶梯不高于前一阶梯的上限，宽度为零",
    mend_en = "write a larger up_to, or remove the tier",
    mend_zh = "写更大的 up_to，或删去此阶梯",
}
messages.tier_without_rest = {
    en = "nothing prices what lies beyond the last tier",
    zh = "超出最后一个阶梯的用量没有价格",
    mend_en = "add a last tier without up_to, or remove up_to here",
    mend_zh = "在最后加一个不写 up_to 的阶梯，或去掉此处的 up_to",
}
messages.tier_after_rest = {
    en = "this tier has no up_to, so that those behind it can never be reached",
    zh = "此阶梯没有 up_to，其后的阶梯永远用不到",
    mend_en = "add up_to = …, or move it to the end",
    mend_zh = "加上 up_to = …，或移到最后",
}
messages.tier_within_step = {
    en = "this tier ends within a step: {got} {what} are no whole number of steps of {step}",
    zh = "此阶梯止于一个计费单位之中：{got} {what}不是 {step} 的整数倍",
    mend_en = "write a whole number of steps",
    mend_zh = "写成计费单位的整数倍",
}
messages.volume_over_cycle = {
    en = "volume tiers over a cycle give one price to all its units, so that the tariff can't have {field}",
    zh = "按周期累计的全量阶梯对整个周期只有一个价格，资费不能再有 {field}",
    mend_en = "remove {field}, or write kind = \"graduated\" or every = \"event\"",
    mend_zh = "去掉 {field}，或写 kind = \"graduated\" 或 every = \"event\"",
}
messages.counter_changes = {
    en = "'{id}' counts something else in the version before, at {place}, and a counter goes on from one to the other",
    zh = "“{id}”在前一版本（{place}）中计的是别的，而计数器跨版本延续",
    mend_en = "give it another id",
    mend_zh = "换一个编号",
}
messages.carry_over_other = {
    en = "the allowance is anew every {every}, so that it can't be carried over by another length",
    zh = "免费资源按 {every} 重新给予，不能以其他长度结转",
    mend_en = "write carry_over = \"1 {every}\"",
    mend_zh = "写成 carry_over = \"1 {every}\"",
}
messages.valid_without_once = {
    en = "the allowance is anew every {every}, so that valid says nothing",
    zh = "免费资源按 {every} 重新给予，valid 没有作用",
    mend_en = "remove valid, or write every = \"once\"",
    mend_zh = "去掉 valid，或写 every = \"once\"",
}
messages.once_has_no_cycle = {
    en = "the allowance is given once, and has no cycles: it can't have {field}",
    zh = "免费资源只给予一次，没有周期，不能有 {field}",
    mend_en = "remove {field}, or write every = \"month\"",
    mend_zh = "去掉 {field}，或写 every = \"month\"",
}
messages.bought_dropped = {
    en = "the version before gives '{id}' once, at {place}; whoever bought it would lose here what is left of it",
    zh = "前一版本（{place}）一次性给予“{id}”；已购买者的剩余量在此版本中会丢失",
    mend_en = "have the allowance in this version, too",
    mend_zh = "在此版本中保留该免费资源",
}
messages.price_or_refuse = {
    en = "a tariff has a price, or refuses what allowances do not pay: one of the two",
    zh = "资费要么有价格，要么在免费资源不足时拒绝，二者取一",
    mend_en = "remove {field}, or refuse",
    mend_zh = "去掉 {field}，或去掉 refuse",
}
messages.refuse_without_uses = {
    en = "the tariff uses no allowance and has no price, so that everything is refused",
    zh = "资费不用任何免费资源又没有价格，一切都会被拒绝",
    mend_en = "name allowances in uses, or remove uses",
    mend_zh = "在 uses 中写明免费资源，或去掉 uses",
}
messages.count_of_items = {
    en = "only items are counted by their size; the service '{service}' is counted in {got}",
    zh = "只有以条计的业务才能按大小计数；业务“{service}”以{got}计",
    mend_en = "write unit = \"item\", or remove count",
    mend_zh = "写成 unit = \"item\"，或去掉 count",
}
messages.first_month_alone = {
    en = "the allowance is anew every {every}, and has no first month",
    zh = "免费资源按 {every} 重新给予，没有首月之分",
    mend_en = "remove first_month, or write every = \"month\"",
    mend_zh = "去掉 first_month，或写 every = \"month\"",
}
messages.cap_of_zero = {
    en = "this cap is zero, so that nothing is ever charged",
    zh = "封顶金额为零，永远不会收费",
    mend_en = "write the most that a cycle may cost, or remove the cap",
    mend_zh = "写一个周期最多收取的金额，或去掉封顶",
}
messages.discount_tiers_not_chosen = {
    en = "what comes off has tiers, but the discount does not say what they go by",
    zh = "减免分阶梯，但折扣没有说明按什么分",
    mend_en = "add tiers = { by = \"amount\" }, tiers = { by = \"members\" }, or tiers = { by = \"use\", every = \"month\" }",
    mend_zh = "加上 tiers = { by = \"amount\" }（按金额）、tiers = { by = \"members\" }（按成员数）或 tiers = { by = \"use\", every = \"month\" }（按用量）",
}
messages.discount_without_tiers = {
    en = "the discount says what its tiers go by, but what comes off has none",
    zh = "折扣说明了阶梯的依据，减免却不分阶梯",
    mend_en = "write off = { { \"10%\", up_to = \"100.00\" }, { \"20%\" } }, or remove tiers",
    mend_zh = "写成 off = { { \"10%\", up_to = \"100.00\" }, { \"20%\" } }，或去掉 tiers",
}
messages.discount_tiers_alone = {
    en = "tiers that go by {by} count nothing over a cycle, so that they can't have {field}",
    zh = "按 {by} 的阶梯不按周期累计，不能有 {field}",
    mend_en = "remove {field}, or write by = \"use\"",
    mend_zh = "去掉 {field}，或写 by = \"use\"",
}
messages.discount_members_never = {
    en = "'{package}' is held by {min} to {max} lines, so that this tier is never reached",
    zh = "“{package}”由 {min} 至 {max} 条线路持有，永远达不到此阶梯",
    mend_en = "remove the tier, or change members of the package",
    mend_zh = "删去此阶梯，或更改优惠包的 members",
}
messages.discount_members_falling = {
    severity = "warning",
    en = "a larger group gets less off than a smaller one",
    zh = "成员多的群组减得反而更少",
    mend_en = "let what comes off rise with the number of members, unless that is what is meant",
    mend_zh = "使减免随成员数增加；如果有意如此则不必改",
}
messages.discount_of_zero = {
    en = "this discount takes nothing off",
    zh = "此折扣什么也不减",
    mend_en = "write a percentage or an amount over 0, or remove the discount",
    mend_zh = "写一个大于 0 的百分比或金额，或删去此折扣",
}
messages.discount_over_100 = {
    en = "{percent} is more than there is",
    zh = "{percent} 超过了全部",
    mend_en = "write \"100%\" or less",
    mend_zh = "写成 \"100%\" 或更少",
}
messages.discounts_over_100 = {
    en = "discounts of the package '{packages}' that are taken together are {percent} in all",
    zh = "优惠包“{packages}”中同享的折扣合计 {percent}",
    mend_en = "make them smaller, or write stack = \"best\" or \"alone\" for one of them",
    mend_zh = "调低折扣，或把其中之一写成 stack = \"best\" 或 \"alone\"",
}
messages.discounts_may_pass_100 = {
    severity = "warning",
    en = "discounts of {packages} can be taken together, and are then {percent} in all",
    zh = "{packages} 的折扣可以同享，合计 {percent}",
    mend_en = "make them smaller, or write stack = \"best\" or \"alone\" for one of them, unless free is what is meant",
    mend_zh = "调低折扣，或把其中之一写成 stack = \"best\" 或 \"alone\"；如果有意免费则不必改",
}
messages.discount_unrounded = {
    en = "{percent} of what the tariff '{tariff}' charges can be less than a micro-unit, and the tariff does not round",
    zh = "资费“{tariff}”金额的 {percent} 可能不足百万分之一元，而该资费没有取整",
    mend_en = "add round = \"0.01 half_up\" to the tariff",
    mend_zh = "在资费中加上 round = \"0.01 half_up\"",
}
messages.discount_unrounded_bill = {
    en = "a percentage of a bill can be less than a micro-unit, and the discount does not say how it is rounded",
    zh = "账单金额的百分比可能不足百万分之一元，而折扣没有说明如何取整",
    mend_en = "add round = \"0.01 half_up\"",
    mend_zh = "加上 round = \"0.01 half_up\"",
}
messages.discount_round = {
    en = "what a discount of events leaves is rounded once, by the tariff of the line",
    zh = "逐次使用的折扣之后，由该行的资费取整一次",
    mend_en = "remove round, and say in the tariff how the line is rounded",
    mend_zh = "去掉 round，在资费中写明该行如何取整",
}
messages.discount_on_bill = {
    en = "a bill is no usage, so that a discount on it can't have {field}",
    zh = "账单不是一次使用，账单上的折扣不能有 {field}",
    mend_en = "remove {field}, or write per = \"event\"",
    mend_zh = "去掉 {field}，或写 per = \"event\"",
}
messages.dead_discount = {
    en = "no tariff of the catalog prices anything that this discount is on",
    zh = "目录中没有任何资费为此折扣适用的使用定价",
    mend_en = "correct on, or remove the discount",
    mend_zh = "更正 on，或删去此折扣",
}
messages.dead_discount_beside = {
    en = "this discount is never taken: '{other}' takes as much or more of all that it is on",
    zh = "此折扣永远用不到：“{other}”对其适用的一切减得同样多或更多",
    mend_en = "give '{other}' a condition, or remove one of them",
    mend_zh = "给“{other}”加上条件，或删去其中一个",
}
messages.wrong_unit = {
    en = "{field} is counted in {got}, but the service '{service}' in {wanted}",
    zh = "{field} 以{got}计，而业务“{service}”以{wanted}计",
    mend_en = "write it in {wanted}: {example}",
    mend_zh = "改以{wanted}计：{example}",
}
messages.tier_unit = {
    en = "up_to is counted in {got}, but the step in {wanted}",
    zh = "up_to 以{got}计，而计费单位以{wanted}计",
    mend_en = "write it in {wanted}, or as a number of steps",
    mend_zh = "改以{wanted}计，或写成计费单位数",
}
messages.convert_missing = {
    en = "{field} counts {wanted}, but the service '{service}' is counted in {got}",
    zh = "{field} 以{wanted}计，而业务“{service}”以{got}计",
    mend_en = "add convert = \"{each} = {as}\", with as much as it is worth",
    mend_zh = "加上 convert = \"{each} = {as}\"，写出实际的换算",
}
messages.convert_unit = {
    en = "this makes {got} of the service '{service}', but {field} counts {wanted}",
    zh = "此处把业务“{service}”换算成{got}，而 {field} 以{wanted}计",
    mend_en = "write convert = \"{each} = {as}\", with as much as it is worth",
    mend_zh = "写成 convert = \"{each} = {as}\"，写出实际的换算",
}
messages.convert_within_step = {
    en = "what this converts to ends within a step: {got} {what} are no whole number of steps of {step}",
    zh = "换算的结果止于一个计费单位之中：{got} {what}不是 {step} 的整数倍",
    mend_en = "convert to a whole number of steps, or write a smaller step",
    mend_zh = "换算成计费单位的整数倍，或写更小的计费单位",
}
messages.convert_with_first = {
    en = "a tariff that has a first step of its own can't convert: each unit that is converted would begin with it",
    zh = "首个计费单位另有价格的资费不能换算",
    mend_en = "remove first, or give this service a tariff of its own",
    mend_zh = "去掉 first，或为此业务单独写资费",
}
messages.convert_useless = {
    en = "nothing is counted in units here, so that convert does nothing",
    zh = "此处不按单位计量，换算没有作用",
    mend_en = "remove convert",
    mend_zh = "去掉 convert",
}
messages.served_twice = {
    en = "'{service}' is served by an entry before, at least in one zone",
    zh = "前面已列出业务“{service}”（至少在一个计费区）",
    mend_en = "remove one of the two, or give each its own zones",
    mend_zh = "去掉其中之一，或各写不同的计费区",
}
messages.step_within_unit = {
    en = "a step of '{tariff}' takes no whole number of units from the allowance '{allowance}', at {place}, for the service '{service}'",
    zh = "业务“{service}”使用时，“{tariff}”的一个计费单位抵扣免费资源“{allowance}”（{place}）的数量不是整数",
    mend_en = "convert alike in both, or name in uses the allowances that the tariff may use",
    mend_zh = "两处写相同的换算，或用 uses 指明资费可抵扣的免费资源",
}
messages.no_zones = {
    en = "the service '{service}' has no zone map, so nothing of it is in a zone",
    zh = "业务“{service}”没有号段表，不分计费区",
    mend_en = "remove zone, or add zones = \"…\" to the service",
    mend_zh = "去掉 zone，或在业务中加上 zones = \"…\"",
}
messages.minimum_over_maximum = {
    en = "the minimum {minimum} is over the maximum {maximum}",
    zh = "最低 {minimum} 大于最高 {maximum}",
    mend_en = "exchange them, or remove one",
    mend_zh = "互换，或去掉一个",
}
messages.dead_tariff = {
    en = "this tariff can never be reached: '{other}' before it serves all that it serves",
    zh = "此资费永远用不到：前面的“{other}”已包括它适用的全部",
    mend_en = "move it up, give it a condition, or remove it",
    mend_zh = "上移、加上条件，或删去",
}
messages.allowance_does_not_serve = {
    en = "the allowance '{id}' serves nothing of what the tariff serves",
    zh = "免费资源“{id}”不适用于此资费的任何使用",
    mend_en = "remove it from uses, or widen what the allowance serves",
    mend_zh = "从 uses 中去掉，或扩大免费资源的适用范围",
}
messages.unpriced = {
    en = "nothing prices the service '{service}'{zone_en}",
    zh = "业务“{service}”{zone_zh}没有任何资费",
    mend_en = "add a tariff that serves it, or refuse the numbers of the zone",
    mend_zh = "添加适用的资费，或对该区的号码写 refuse",
    propose = "{proposed}",
}
messages.unpriced_from = {
    severity = "warning",
    en = "from {from} on nothing{plan_en} prices the service '{service}'{zone_en}",
    zh = "自 {from} 起，{plan_zh}没有任何资费为业务“{service}”{zone_zh}定价",
    mend_en = "add a tariff that serves it to a package that is in force then",
    mend_zh = "在当时有效的优惠包中添加适用的资费",
    propose = "{proposed}",
}
messages.unpriced_between = {
    severity = "warning",
    en = "from {from} until {till} nothing{plan_en} prices the service '{service}'{zone_en}",
    zh = "{from} 至 {till} 之间，{plan_zh}没有任何资费为业务“{service}”{zone_zh}定价",
    mend_en = "add a tariff that serves it to a package that is in force then",
    mend_zh = "在当时有效的优惠包中添加适用的资费",
    propose = "{proposed}",
}
messages.version_drops = {
    severity = "warning",
    en = "package '{id}' prices the service '{service}'{zone_en} no longer from {from} on; the version before does",
    zh = "优惠包“{id}”自 {from} 起{zone_zh}不再为业务“{service}”定价，而前一版本有",
    mend_en = "add the tariff to this version, unless that is meant",
    mend_zh = "如果不是有意为之，在此版本中加上该资费",
}
messages.never_sold = {

    severity = "warning",
    en = "{word} '{id}' is in no {parent}, so nobody can buy it",
    zh = "{word}“{id}”不在任何{parent}中，无法购买",
    mend_en = "add it to a {parent}, or remove it",
    mend_zh = "加入某个{parent}，或删去",
}

return messages
