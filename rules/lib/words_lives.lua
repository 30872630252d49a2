-- The words of life cycles: through which states an order goes, who moves it on, and what must be filled in. schema.lua takes them in.

local words = { catalog = {}, tests = {}, records = {} }

words.catalog = {
    {
        "life_cycle", form = "named", items = { "state", "move" },
        say = { en = "The states of an order, and the moves between them", zh = "一类订单的生命周期：状态与其间的流转" },
        fields = {
            { "begins", "id", required = true, say = { en = "The state in which it begins", zh = "起始状态" } },
        },
    },
    {
        "state", form = "plain",
        say = { en = "Where an order can be", zh = "订单可处的状态" },
        fields = {
            { "id", "id", required = true, say = { en = "Unique among the states of its life cycle", zh = "在该生命周期的状态中唯一" } },
            { "final", "yes", say = { en = "true: it ends here", zh = "true：在此结束" } },
            { "within", "days", say = { en = "How long it may stay: \"30 days\"", zh = "最多停留多久，例如 \"30 days\"" } },
            { "late", "id", say = { en = "The move that is made when the time is over, by nobody", zh = "逾期时自动进行的流转" } },
        },
    },
    {
        "move", form = "plain",
        say = { en = "How an order comes from one state to another", zh = "订单如何从一个状态到另一个状态" },
        fields = {
            { "id", "id", required = true, say = { en = "Unique among the moves of its life cycle", zh = "在该生命周期的流转中唯一" } },
            { "from", { "list", "id" }, required = true, say = { en = "States from which it leads", zh = "自哪些状态" } },
            { "to", "id", required = true, say = { en = "The state to which it leads", zh = "到哪个状态" } },
            { "by", { "list", "id" }, required = true, say = { en = "The roles that may make it", zh = "可由哪些角色进行" } },
            { "needs", "life_fields", default = {},
                say = { en = "What must be filled in by then: { site = \"text\", surveyed_on = \"date\" }",
                    zh = "届时必须填写的：{ site = \"text\", surveyed_on = \"date\" }" } },
            { "does", { "list", { "one_of", "join", "leave", "price", "begin", "finish", "notify" } }, default = {},
                say = { en = "What it does besides: join or leave a group or site, fix the price, begin or finish the packages, notify "
                    .. "who comes next", zh = "同时所做：加入（join）或退出（leave）群组、站址，定价（price），优惠包生效（begin）或终止（finish），"
                    .. "通知下一角色（notify）" } },
        },
    },
}

-- Orders on their way, for tests.

words.records.step_expect = {
    say = { en = "What must come of it", zh = "应得的结果" },
    fields = {
        { "state", "id", say = { en = "The state behind the step", zh = "此后的状态" } },
        { "refused", { "one_of", "state", "role", "late", "field" },
            say = { en = "Why it can't be made: not from this state, not by this role, the time is over, or what must be filled in",
                zh = "不能进行的原因：状态不符、角色不符、已逾期，或须填写的内容" } },
        { "missing", { "list", "text" }, say = { en = "What is not filled in or is of another kind: \"site\", \"surveyed_on date\"",
            zh = "未填写或种类不符的内容：\"site\"、\"surveyed_on date\"" } },
        { "does", { "list", "id" }, say = { en = "What it does besides", zh = "同时所做" } },
        { "next", { "list", "id" }, say = { en = "The moves that may follow", zh = "可接着进行的流转" } },
        { "till", "text", say = { en = "The first day on which its time in the state is over", zh = "在该状态逾期的首日" } },
    },
}

words.tests = {
    {
        "walk", form = "named", title = true, many = true, items = { "step" },
        say = { en = "An order on its way through its life cycle", zh = "一份订单走过其生命周期" },
        fields = {
            { "of", "id", required = true, say = { en = "The life cycle", zh = "生命周期" } },
            { "at", "moment", required = true, say = { en = "When it begins", zh = "何时开始" } },
        },
    },
    {
        "step", form = "plain",
        say = { en = "A move that somebody tries to make", zh = "尝试进行一次流转" },
        fields = {
            { "move", "id", at = 1, required = true, say = { en = "The move", zh = "流转" } },
            { "by", "id", say = { en = "The role; nobody if left out", zh = "角色；不写则无人（自动）" } },
            { "at", "moment", required = true, say = { en = "When", zh = "何时" } },
            { "fill", "attributes", default = {}, say = { en = "What is filled in with it", zh = "同时填写的内容" } },
            { "expect", { "record", "step_expect" }, say = { en = "What must come of it; else only that it is made",
                zh = "应得的结果；不写则只要求能够进行" } },
        },
    },
}

return words
