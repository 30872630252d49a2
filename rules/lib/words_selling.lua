-- The words of selling: what may be sold together, to whom and from when. schema.lua takes them in.

local words = { catalog = {}, tests = {}, records = {} }

words.records.member = {
    say = { en = "How many lines of a product", zh = "某产品的线路数" },
    fields = {
        { "product", { "name_of", "product" }, required = true, say = { en = "The product", zh = "产品" } },
        { "count", "member_count", required = true, say = { en = "So many: 1, or \"0..2\"", zh = "数量：1，或 \"0..2\"" } },
    },
}

words.records.effective = {
    say = { en = "When an order may begin", zh = "订单何时生效" },
    fields = {
        { "default", "effective_mode", say = { en = "Where the order says nothing; the first that is allowed if left out",
            zh = "订单未写时；不写则为允许的第一种" } },
        { "allow", { "list", "effective_mode" }, say = { en = "What an order may ask for; only the default if left out",
            zh = "订单可选的方式；不写则只有缺省方式" } },
    },
}

words.records.only = {
    say = { en = "For some of the lines only", zh = "仅对部分线路" },
    fields = {
        { "product", { "list", { "name_of", "product" } }, required = true,
            say = { en = "Lines of these products", zh = "这些产品的线路" } },
    },
}

local only = { "only", { "record", "only" },
    say = { en = "Only where a line of these products is in both", zh = "仅当这些产品的同一线路同时在两者之中" } }
local say = { "say", "text_key", required = true, say = { en = "The text that tells why", zh = "说明原因的文本" } }

words.catalog = {
    {
        "sell", form = "plain", top = true, items = { "requires", "excludes", "recommends", "eligible", "prompt", "retain", "quiet" },
        say = { en = "What may be sold, together with what and to whom", zh = "销售规则：什么可以一起卖、卖给谁" },
        fields = {},
    },
    {
        "requires", form = "plain", names = "party",
        say = { en = "Each of these needs another, as long as it lasts", zh = "依赖：所列各项在有效期内必须始终有另一项" },
        fields = {
            { "needs", { "list", "party" }, required = true, say = { en = "The other; of several, one is enough",
                zh = "所依赖的；写多个时有其一即可" } },
            only, say,
        },
    },
    {
        "excludes", form = "plain", names = "party",
        say = { en = "No two of these at the same time", zh = "互斥：所列各项中任何两项不得同时有效" },
        fields = { only, say },
    },
    {
        "recommends", form = "plain", names = "party",
        say = { en = "Who buys one of these should be told of another", zh = "推荐：购买所列之一者，宜告知另一项" },
        fields = {
            { "offer", { "list", "party" }, required = true, say = { en = "The other; whoever has one of them is not told",
                zh = "所推荐的；已有其一者不再提示" } },
            say,
        },
    },
    {
        "eligible", form = "plain", names = "party",
        say = { en = "Who may buy these", zh = "购买资格" },
        fields = {
            { "when", "condition", required = true, say = { en = "function(c): may this customer?", zh = "function(c)：该客户是否可购买" } },
            say,
        },
    },
}

-- Orders, for tests.

words.records.test_item = {
    say = { en = "A package with its lines", zh = "优惠包及其线路" },
    fields = {
        { "package", "id", required = true, say = { en = "The package", zh = "优惠包" } },
        { "plan", "id", default = "", say = { en = "The plan it was bought by", zh = "所属定价计划" } },
        { "offering", "id", default = "", say = { en = "The offering it was bought by", zh = "所属销售品" } },
        { "lines", "lines", default = {}, say = { en = "{ pstn = \"P1\", phs = { \"H1\", \"H2\" } }: lines by product",
            zh = "{ pstn = \"P1\", phs = { \"H1\", \"H2\" } }：按产品列出线路" } },
        { "from", "moment", say = { en = "From then on; of what is held, else always", zh = "从何时起；已持有的不写则一直" } },
        { "till", "moment", say = { en = "Till then", zh = "到何时止" } },
        { "effective", "effective_mode", say = { en = "How an addition begins; else by `from`, else as the package's default",
            zh = "新增的生效方式；不写则按 `from`，再则按优惠包的缺省方式" } },
        { "params", "attributes", default = {}, say = { en = "Parameters that its order gives", zh = "订单给出的参数" } },
        { "facts", { "rows", "due_fact" }, default = {}, say = { en = "What its formulas may ask for: { { \"lease.role\", \"anchor\" } }; "
            .. "else by the order's",
            zh = "公式可查询的事实：{ { \"lease.role\", \"anchor\" } }；未写的取订单的 facts" } },
    },
}

words.records.test_customer = {
    say = { en = "Whose order it is", zh = "订购的客户" },
    fields = {
        { "agreements", { "list", "id" }, default = {}, say = { en = "Agreements that are signed", zh = "已签的协议" } },
        { "facts", "facts", default = {}, say = { en = "What is known of the customer", zh = "已知的客户资料" } },
    },
}

words.records.order_expect = {
    say = { en = "What must come out", zh = "应得的结果" },
    fields = {
        { "verdict", { "one_of", "ok", "warned", "blocked" }, required = true, say = { en = "May it be sold?", zh = "能否销售" } },
        { "because", { "list", "text" }, say = { en = "Each reason, such as \"excludes phs_solo, e6_base H1\"",
            zh = "各个原因，例如 \"excludes phs_solo, e6_base H1\"" } },
        { "fixes", { "list", "text" }, say = { en = "All fixes of the first reason, such as \"drop phs_solo\" or \"cancel a, cancel b\"",
            zh = "第一个原因的全部解决办法，例如 \"drop phs_solo\" 或 \"cancel a, cancel b\"" } },
        { "starts", { "list", "moment" }, say = { en = "When each addition begins, then each change", zh = "各新增项、更改项的生效时间" } },
        { "first_bill", { "list_with_repeats", "text" }, say = { en = "What is added costs on the bill of the month in which the first "
            .. "addition begins, line by line: \"e6_base.fee 91.55\"; {} nothing",
            zh = "首张账单（首个新增项生效的月份）上新增项的各行：\"e6_base.fee 91.55\"；{} 为没有" } },
        { "one_off", "money", say = { en = "… of which what falls due once", zh = "其中的一次性费用" } },
        { "recurring", "money", say = { en = "… and what recurs", zh = "其中的周期性费用" } },
        { "next_bills", { "list_with_repeats", "money" }, say = { en = "What is added costs in each month that follows",
            zh = "新增项在之后各月账单上的金额" } },
        { "saves", { "list_with_repeats", "money" }, say = { en = "How much less each bill is for what is held, from the first on",
            zh = "自首张账单起，各账单上已持有部分减少的金额" } },
    },
}

words.tests = {
    {
        "order", form = "named", title = true, many = true,
        say = { en = "An order and whether it may be sold", zh = "一份订单及能否销售" },
        fields = {
            { "holds", { "records", "test_item" }, default = {}, say = { en = "What is held", zh = "已持有的" } },
            { "pending", { "records", "test_item" }, default = {}, say = { en = "What earlier orders will add", zh = "在途订单将新增的" } },
            { "customer", { "record", "test_customer" }, default = { agreements = {}, facts = {} },
                say = { en = "The customer", zh = "客户" } },
            { "facts", { "rows", "due_fact" }, default = {}, say = { en = "What formulas may ask for: "
                .. "{ { \"site.tenants\", 2, from = \"2026-03-16\" } }",
                zh = "公式可查询的事实：{ { \"site.tenants\", 2, from = \"2026-03-16\" } }" } },
            { "at", "moment", required = true, say = { en = "When it is ordered", zh = "受理时间" } },
            { "completed", "moment", say = { en = "When the work is done; else when it is ordered", zh = "竣工时间；不写则同受理时间" } },
            { "add", { "records", "test_item" }, default = {}, say = { en = "What is added", zh = "新增" } },
            { "change", { "records", "test_item" }, default = {}, say = { en = "What is held and gets other params, at `from`, as "
                .. "`effective` says, or as the package's default",
                zh = "已持有而更改 params 者，按 `from`、`effective` 或优惠包的缺省方式生效" } },
            { "cancel", { "records", "test_item" }, default = {}, say = { en = "What ends, at `from` or at once",
                zh = "取消，自 `from` 起，不写则立即" } },
            { "leave", { "records", "test_item" }, default = {}, say = { en = "Lines that are taken out of a package, at `from` or at once",
                zh = "从优惠包移出的线路，自 `from` 起，不写则立即" } },
            { "join", { "records", "test_item" }, default = {}, say = { en = "Lines that are added to a package, at `from` or at once",
                zh = "加入优惠包的线路，自 `from` 起，不写则立即" } },
            { "expect", { "record", "order_expect" }, required = true, say = { en = "What must come out", zh = "应得的结果" } },
        },
    },
}

-- What a condition sees of a customer (subject.c), and its type for editors.
words.subject = {
    { "customer", { en = "customer.FACT: what is known of the customer, by the names of the catalog's facts; one that is not known ends "
        .. "the condition", zh = "customer.名称：客户资料，名称见目录的 facts；未知的资料使条件无法判断" }, "suanpan.customer" },
    { "knows", { en = "knows(\"FACT\"): true where it is known", zh = "knows(\"名称\")：该资料是否已知" }, "fun(fact: string): boolean" },
    { "holds", { en = "holds(\"package\"), \"plan.ID\", \"offering.ID\", \"product.ID\": held at that time, this order's included",
        zh = "holds(\"优惠包\")、\"plan.编号\"、\"offering.编号\"、\"product.编号\"：当时是否持有（含本订单）" }, "fun(name: string): boolean" },
    { "average", { en = "average(\"FACT\", 3): of so many closed calendar months, money; a month that is missing counts 0",
        zh = "average(\"名称\", 3)：最近若干个完整自然月的平均金额，缺的月份按 0 计" },
        "fun(fact: string, months: integer): suanpan.amount" },
    { "days_till", { en = "days_till(\"FACT\"): whole days from that day to a date, less than 0 once it is past",
        zh = "days_till(\"名称\")：距某日期的天数，已过则为负" }, "fun(fact: string): integer" },
}

return words
