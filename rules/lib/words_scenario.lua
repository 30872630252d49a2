-- The words of scenarios: what happens to a subscription, step by step, on a clock that can be moved any distance. Read by schema.lua.

local use = ...
local sharing = use "words_sharing"

return function(schema)
    -- The fields of a record, where none of them has to be there.
    local function optional(record)
        local fields = {}
        for index, field in ipairs(schema.records[record].fields) do
            fields[index] = { field[1], field[2], say = field.say }
        end
        return fields
    end

    schema.records.scenario_event = {
        say = { en = "What all uses share", zh = "各次使用共有的字段" },
        fields = optional "test_event",
    }

    local use_fields = optional "test_event"
    use_fields[#use_fields + 1] = { "expect", { "record", "test_expect" },
        say = { en = "What must come out; else only that it has a price", zh = "应得的结果；不写则只要求能够计价" } }

    use_fields[#use_fields + 1] = sharing.member

    local fact_fields = {
        { "name", "told_name", at = 1, required = true, say = { en = "\"site.tenants\", or \"customer.segment\" of the customer",
            zh = "\"site.tenants\"，或客户资料 \"customer.segment\"" } },
        { "value", "given", at = 2, required = true, say = { en = "A text, a whole number, true or false", zh = "文本、整数、true 或 false" } },
        { "from", "moment", say = { en = "From then on", zh = "从何时起" } },
        { "till", "moment", say = { en = "Not any more from then on; else until it is told anew",
            zh = "到何时止（不含）；不写则到下次告知为止" } },
        { "member", "id", say = { en = "Of this member only; else of all who have none of their own of that name",
            zh = "仅此成员的；不写则为没有同名自有事实的全体成员的" } },
    }
    schema.records.scenario_fact = {
        say = { en = "A fact that is told at the beginning, and while it holds; else always", zh = "一开始已知的事实及其起止；不写则一直" },
        fields = fact_fields,
    }
    schema.records.sale_expect = {
        say = { en = "May it be sold? Then it is judged as an order would be, and is not held where that is blocked",
            zh = "能否销售：按订单判断，被拒绝的不会持有" },
        fields = {
            { "verdict", { "one_of", "ok", "warned", "blocked" }, required = true, say = { en = "May it be sold?", zh = "能否销售" } },
            { "because", { "list", "text" }, say = { en = "Each reason, such as \"eligibility gold\"",
                zh = "各个原因，例如 \"eligibility gold\"" } },
        },
    }
    local sale_expect = { "expect", { "record", "sale_expect" },
        say = { en = "What the rules of selling say of it; else it is not judged", zh = "销售规则的判断；不写则不判断" } }

    local words = {
        {
            "scenario", form = "named", title = true, many = true,
            items = { "buy", "change", "cancel", "fact", "use", "advance", "at", "expect" },
            say = { en = "Steps that follow each other on a clock, of one subscription, and of those that share with it",
                zh = "一个用户（及与其共享的用户）在时钟上依次发生的各步" },
            fields = {
                { "from", "moment", required = true, say = { en = "Where the clock begins", zh = "时钟的起点" } },
                { "holds", { "list", "holding" }, default = {},
                    say = { en = "The packages that are held from the beginning", zh = "一开始就持有的优惠包" } },
                { "used", "used", default = {}, say = { en = "What is counted already at the beginning", zh = "一开始已计的数量" } },
                { "event", { "record", "scenario_event" }, default = {},
                    say = { en = "What all uses share", zh = "各次使用共有的字段" } },
                { "facts", { "rows", "scenario_fact" }, default = {},
                    say = { en = "What is known of site and customer: { { \"site.tenants\", 1 }, { \"customer.segment\", \"public\" } }",
                        zh = "已知的站址与客户资料：{ { \"site.tenants\", 1 }, { \"customer.segment\", \"public\" } }" } },
            },
        },
        {
            "buy", form = "plain",
            say = { en = "A package is held from the clock's time on", zh = "自时钟所指时刻起持有一个优惠包" },
            fields = {
                { "package", "id", at = 1, required = true, say = { en = "The package", zh = "优惠包" } },
                { "from", "moment", say = { en = "Held from then on instead", zh = "改为从何时起持有" } },
                { "till", "moment", say = { en = "Not held any more from then on", zh = "从何时起不再持有" } },
                { "params", "attributes", default = {}, say = { en = "Parameters that its order gives", zh = "订单给出的参数" } },
                { "lines", "lines", default = {}, say = { en = "Its lines by product, for the rules of selling",
                    zh = "按产品列出的线路，供销售规则判断" } },
                sharing.holding[1], sharing.holding[2], sharing.holding[3], sharing.holding[4], sharing.member, sale_expect,
            },
        },
        {
            "change", form = "plain",
            say = { en = "Parameters of a package that is held are others from the clock's time on", zh = "自时钟所指时刻起改变所持优惠包的参数" },
            fields = {
                { "package", "id", at = 1, required = true, say = { en = "The package", zh = "优惠包" } },
                { "params", "attributes", required = true, say = { en = "The parameters that change", zh = "所改的参数" } },
                { "from", "moment", say = { en = "From then on instead", zh = "改为从何时起" } },
                sharing.member, sale_expect,
            },
        },
        {
            "fact", form = "plain",
            say = { en = "Something is so from the clock's time on: of a site, or of the customer", zh = "自时钟所指时刻起的一项事实：站址或客户的" },
            fields = fact_fields,
        },
        {
            "cancel", form = "plain",
            say = { en = "A package is not held any more from the clock's time on", zh = "自时钟所指时刻起不再持有一个优惠包" },
            fields = {
                { "package", "id", at = 1, required = true, say = { en = "The package", zh = "优惠包" } },
                sharing.member,
            },
        },
        {
            "use", form = "plain",
            say = { en = "A usage, priced and counted as a live one", zh = "一次使用，与实际使用一样计价并累计" },
            fields = use_fields,
        },
        {
            "advance", form = "value", value = "duration", example = 'advance "1 month"',
            say = { en = "The clock moves on: by seconds, minutes, hours, days, months or years",
                zh = "时钟前移：若干秒、分钟、小时、日、月或年" },
        },
        {
            "at", form = "value", value = "moment", example = 'at "2026-04-01 00:00:00"',
            say = { en = "The clock moves on to a time", zh = "时钟移到某一时刻" },
        },
        {
            "expect", form = "plain",
            say = { en = "What must be so at the clock's time", zh = "时钟所指时刻应有的状态" },
            fields = {
                { "left", "used", default = {}, say = { en = "What allowances have left, what is carried over included",
                    zh = "免费资源的余量，含结转的部分" } },
                { "used", "used", default = {}, say = { en = "What allowances, tiers, caps, limits counted in the cycle of that time",
                    zh = "免费资源、阶梯、封顶与限额在当时所在周期内已计的数量" } },
                { "fees", { "list_with_repeats", "text" },
                    say = { en = "What fell due since fees were expected last, in order: \"package.fee 91.55\"; {} nothing",
                        zh = "自上次写 fees 以来到期的费用（按顺序）：\"优惠包.收费 91.55\"；{} 为没有" } },
                { "bill", { "list_with_repeats", "text" },
                    say = { en = "What comes off the bill for usage of the clock's month so far: \"package.discount 4.50\"; {} nothing",
                        zh = "时钟所在月份的使用账单至此的减免：\"优惠包.折扣 4.50\"；{} 为没有" } },
                { "charged", "money", say = { en = "All that was charged so far, fees included, of all members",
                    zh = "至此向全体成员收取的总额，含到期的费用" } },
                sharing.member,
            },
        },
    }
    for _, word in ipairs(words) do
        table.insert(schema.tests, word)
    end
end
