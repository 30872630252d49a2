-- What the language consists of: every word, its fields, their types, defaults, limits and what they mean, in both languages.
-- Declarations are read by this table alone (read.lua), and so are editor annotations and the reference page, so that they can't
-- drift apart.
--
-- A word is
--   form    "named": word "id" { … };  "plain": word { … };  "value": word "text"
--   example how a value is written, for messages
--   fields  in the order of the reference page
--   rows    the name of the record that its positional entries are
--   items   the names of the plain words that its positional entries may be
--   value   the type of what stands behind a word of the form "value" that belongs inside of another
--   title   true: the id is a sentence
--   many    true: the same id may be declared several times (versions)
-- A field is { name, type, … }:
--   required = true    no default, must be there
--   default = value    in normal form, as the type's reader gives it
--   at = 1             written first in its record, without its name
-- A type is the name of a reader in types.lua, or { reader, parameters }.

local use = ...
local dues = use "words_dues"
local leaving = use "words_leaving"
local taxes = use "words_taxes"
local sharing = use "words_sharing"

local schema = {}

schema.language = use("versions").newest

-- How much there may be of what a word holds; image.h and calendar.h have room for as much.
schema.limits = {
    calendar_rules = 128, -- after rows are split by kinds of days
    calendar_bands = 32,
    zones = 256,
    uses = 16,
    tiers = 64,
    decision_columns = 16,
    decision_rows = 100000,
    instalments = 1200,
    topups = 64, -- versions
    topup_pays = 8, -- services and zones that a gift names, as a balance of the server does
    call_instructions = 10000, -- unless the catalog says otherwise
}

-- What a function of a catalog sees of the usage (context.c), and its type for editors.
schema.context = {
    { "service", { en = "text: the service", zh = "文本：业务" }, "string" },
    { "from", { en = "text: who used it, a service id", zh = "文本：使用者的业务接入号" }, "string" },
    { "to", { en = "text: what was reached, may be empty", zh = "文本：对端，可为空" }, "string" },
    { "quantity", { en = "whole number, in the unit of the service", zh = "整数，以业务的单位计" }, "integer" },
    { "seconds", { en = "the same, of a service counted in seconds", zh = "同上，用于以秒计的业务" }, "integer" },
    { "bytes", { en = "the same, of a service counted in bytes", zh = "同上，用于以字节计的业务" }, "integer" },
    { "items", { en = "the same, of a service counted in items", zh = "同上，用于以条计的业务" }, "integer" },
    { "at", { en = "when it began, in the catalog's time zone", zh = "开始时间，按目录的时区" }, "suanpan.time" },
    { "attributes", { en = "attributes.NAME: text, whole number or nil", zh = "attributes.名称：文本、整数或 nil" },
        "table<string, string|integer>" },
}
schema.context_at = {
    { "year", { en = "whole number", zh = "整数" }, "integer" },
    { "month", { en = "1 to 12", zh = "1 至 12" }, "integer" },
    { "day", { en = "1 to 31", zh = "1 至 31" }, "integer" },
    { "hour", { en = "0 to 23", zh = "0 至 23" }, "integer" },
    { "minute", { en = "0 to 59", zh = "0 至 59" }, "integer" },
    { "second", { en = "0 to 59", zh = "0 至 59" }, "integer" },
    { "weekday", { en = "\"monday\" to \"sunday\"", zh = "\"monday\" 至 \"sunday\"" }, "string" },
    { "date", { en = "\"2026-01-31\"", zh = "\"2026-01-31\"" }, "string" },
}

-- All of them by name: a field's type may be one, and a function's, { "function", "usage" }, says which its parameter is.
schema.contexts = { usage = schema.context, ["suanpan.time"] = schema.context_at }
schema.context_due = dues.context

-- Records are written { … } inside of a field or as a positional entry.
schema.records = {
    serves = {
        say = { en = "Which usage it serves", zh = "适用于哪些使用" },
        fields = {
            { "service", { "name_of", "service" }, required = true,
                say = { en = "The service", zh = "业务" } },
            { "zone", { "list", "id" },
                say = { en = "Zones of the service's zone map; all if left out",
                    zh = "业务的计费区；不写则为全部" } },
            { "convert", "conversion", say = { en = "What so much of it counts as, where something else is counted: \"1 minute = 1 MB\"",
                zh = "计量单位不同时如何换算，例如 \"1 minute = 1 MB\"" } },
        },
    },
    first_step = {
        say = { en = "The first step of an event, where it differs", zh = "首个计费单位（与后续不同时）" },
        fields = {
            { "step", { "quantity", 1 }, required = true,
                say = { en = "Its length: \"180 s\"", zh = "长度，例如 \"180 s\"" } },
            { "price", "prices", required = true,
                say = { en = "Its price, or a price for each band", zh = "价格，或各时段的价格" } },
        },
    },
    count = {
        say = { en = "How items count by their size, such as the characters of a message", zh = "按大小计数的方法，例如按短信字数" },
        fields = {
            { "of", "id", required = true,
                say = { en = "The attribute of the event that says the size", zh = "使用中给出大小的属性" } },
            { "whole", { "integer", 1, 1 << 30 }, required = true,
                say = { en = "Up to this size an item counts 1 …", zh = "不超过此大小的计 1……" } },
            { "block", { "integer", 1, 1 << 30 }, required = true,
                say = { en = "… a larger one 1 for each block of this size that has begun", zh = "……更大的按每开始的这么大一块计 1" } },
        },
    },
    tiers = {
        say = { en = "What a price with several tiers goes by", zh = "阶梯价格的计法" },
        fields = {
            { "kind", { "one_of", "graduated", "volume" }, required = true,
                say = { en = "Graduated: each step has the price of the tier it begins in; volume: all, of the tier their sum reaches",
                    zh = "graduated 为分段累进，各计费单位按其所在阶梯计价；volume 为全量，全部按总量所达阶梯计价" } },
            { "every", { "one_of", "event", "day", "month", "year" }, required = true,
                say = { en = "Counted over one event, or over a local day, month or year", zh = "按每次使用，或按日、月、年累计" } },
            sharing.by,
            { "id", "id", say = { en = "Of its counter, unlike any other in the package; else that of the tariff",
                zh = "计数器的编号，在优惠包内唯一；不写则与资费同名" } },
        },
    },
    discount_on = {
        say = { en = "What a discount is on", zh = "折扣适用的费用" },
        fields = {
            { "service", { "list", { "name_of", "service" } }, say = { en = "Services; all if left out", zh = "业务；不写则为全部" } },
            { "zone", { "list", "id" }, say = { en = "Zones; all if left out, else only services that have one of them",
                zh = "计费区；不写则为全部，写了则只限有这些计费区的业务" } },
            { "band", { "list", "id" }, say = { en = "Only what was paid in these bands; else the whole line",
                zh = "只对这些时段所付的部分；不写则为整行" } },
        },
    },
    discount_tiers = {
        say = { en = "What a discount with several tiers goes by", zh = "阶梯折扣的计法" },
        fields = {
            { "by", { "one_of", "amount", "use", "members" }, required = true,
                say = { en = "amount: of what it is on, of each line or the whole bill; use: what was used in the cycle before the event; "
                    .. "members: how many the group has that holds the package",
                    zh = "amount 为按金额（每行或整张账单）；use 为按本周期此前的用量；members 为按持有本优惠包的群组的成员数" } },
            { "every", { "one_of", "day", "month", "year" },
                say = { en = "Of `use`: counted over a local day, month or year", zh = "用于 use：按日、月或年累计" } },
            { "id", "id", say = { en = "Of its counter, unlike any other in the package; else that of the discount",
                zh = "计数器的编号，在优惠包内唯一；不写则与折扣同名" } },
        },
    },
    calendar_row = {
        say = { en = "One rule of a calendar; the first that matches wins", zh = "日历的一条规则，先匹配者生效" },
        fields = {
            { "band", "id", at = 1, required = true, say = { en = "The band it gives", zh = "给出的时段" } },
            { "days", { "list", "day" },
                say = { en = "\"saturday\", \"monday-friday\", \"holiday\", \"workday\"; every day if left out",
                    zh = "星期（\"saturday\"、\"monday-friday\"）、\"holiday\" 节假日、\"workday\" 调休上班日；不写则为每天" } },
            { "except", { "list", "day" },
                say = { en = "Days it does not apply to", zh = "除外的日子" } },
            { "hours", { "list", "hours" },
                say = { en = "Local time, half-open: \"07:00-21:00\"; the whole day if left out",
                    zh = "当地时间，左闭右开，例如 \"07:00-21:00\"；不写则为全天" } },
            { "rest", "yes", say = { en = "true: all that no row before it took", zh = "true：其余全部时间" } },
        },
    },
    zone_row = {
        say = { en = "Numbers that belong to a zone; the longest beginning wins",
            zh = "属于某计费区的号码，最长前缀优先" },
        fields = {
            { "zone", { "or_column", "id" }, at = 1, say = { en = "The zone, or column \"table.column\": that of each row of a table",
                zh = "计费区，或 column \"表.列\"：表中各行自己的计费区" } },
            { "refuse", "id", say = { en = "Instead of a zone: refuse, for this reason", zh = "不归入计费区，而以此原因拒绝" } },
            { "number", { "list", "digits" }, say = { en = "Exactly these numbers", zh = "正好是这些号码" } },
            { "prefix", { "list_or_column", "prefix" },
                say = { en = "Numbers that begin so, or column \"table.column\"; \"@own_area\" is the caller's own area code",
                    zh = "以此开头的号码，或 column \"表.列\"；\"@own_area\" 为主叫所在区号" } },
            { "followed_by", { "list_or_column", "digits" },
                say = { en = "Behind the prefix, one of these: a list, or column \"table.column\"",
                    zh = "前缀之后接其中之一：列表，或 column \"表.列\"" } },
            { "digits", { "or_column", "digit_count" }, say = { en = "Only numbers of so many digits: 10, \"7..11\", or a column of these",
                zh = "仅限这么多位的号码：10、\"7..11\"，或列出位数的列" } },
            { "rest", "yes", say = { en = "true: every other number", zh = "true：其他所有号码" } },
        },
    },
    area_code = {
        say = { en = "How the caller's area code is recognised", zh = "如何识别主叫号码的区号" },
        fields = {
            { "prefix", { "list", "digits" }, required = true,
                say = { en = "Numbers that begin so …", zh = "以此开头的号码……" } },
            { "digits", { "integer", 1, 32 }, required = true,
                say = { en = "… have an area code of so many digits, the prefix included", zh = "……的区号共有这么多位（含前缀）" } },
        },
    },
}

schema.catalog = {
    {
        "catalog", form = "named", once = true,
        say = { en = "What the whole catalog shares", zh = "整个资费目录共用的设定" },
        fields = {
            { "currency", "currency", default = "CNY", say = { en = "Of all prices", zh = "所有价格的币种" } },
            { "zone", "time_zone", default = "Asia/Shanghai",
                say = { en = "Whose local time calendars, dates and cycles follow", zh = "日历、日期与周期所用的时区" } },
            { "languages", { "list", { "one_of", "zh", "en" } }, default = { "zh", "en" },
                say = { en = "Every text must exist in each; the first is the catalog's own", zh = "每条文本都须有这些语言；第一种为本目录的语言" } },
            { "layers", { "list", "id" },
                default = { "agreement", "promotion", "plugin", "group", "base", "standard" },
                say = { en = "The first layer that prices a unit wins", zh = "由首个能定价的层定价" } },
            { "components", { "list", "id" }, default = { "basic" },
                say = { en = "Parts of a price, which are added", zh = "价格的组成部分，相加" } },
            { "facts", "fact_kinds", default = {}, say = { en = "What may be known of a customer, for conditions: { spend = \"money\" }",
                zh = "条件中可用的客户资料：{ spend = \"money\" }" } },
            dues.facts,
            { "instructions", { "integer", 1000, 1000000 }, default = schema.limits.call_instructions,
                say = { en = "Of one call of a function; past it the charge is refused", zh = "一次函数调用的指令上限，超出则拒绝计费" } },
        },
    },
    {
        "product", form = "named", many = true,
        say = { en = "What is delivered: a line, a mailbox", zh = "交付给用户的产品" },
        fields = {
            { "kind", { "one_of", "standard", "ancillary" }, default = "standard",
                say = { en = "An ancillary product lives only under another", zh = "附属产品须依附于其他产品" } },
            { "services", { "list", { "name_of", "service" } }, required = true,
                say = { en = "What it can use", zh = "可使用的业务" } },
            { "under", { "list", { "name_of", "product" } },
                say = { en = "Of an ancillary product: a line of one of these must have it", zh = "附属产品所依附的产品：同一线路须有其一" } },
            { "from", "date", say = { en = "The first day of this version; else always", zh = "本版本生效首日；不写则一直" } },
            { "till", "date", say = { en = "The first day that is no longer in it; else until the next version",
                zh = "失效首日；不写则到下一版本为止" } },
            { "seasonal", "yes", say = { en = "true: a hole before the next version is meant", zh = "true：与下一版本之间的空档是有意的" } },
            { "standard", { "name_of", "package" },
                say = { en = "The package with its standard prices, in the layer \"standard\": held by all who have the product",
                    zh = "标准资费所在的优惠包（在 standard 层）：凡有此产品者都持有" } },
        },
    },
    {
        "service", form = "named",
        say = { en = "A kind of usage and what it is counted in", zh = "一种使用及其计量单位" },
        fields = {
            { "unit", { "one_of", "second", "byte", "item" }, required = true,
                say = { en = "What usage is counted in", zh = "计量单位" } },
            { "zones", { "name_of", "zones" }, say = { en = "The zone map that places it", zh = "用来划分计费区的号段表" } },
            { "count", { "record", "count" }, say = { en = "Items count by their size", zh = "按大小计数" } },
        },
    },
    {
        "zones", form = "named", rows = "zone_row",
        say = { en = "A zone map: from digits to a zone", zh = "号段表：由号码得到计费区" },
        fields = {
            { "of", { "one_of", "to", "from" }, default = "to",
                say = { en = "Whose digits: the number called, or the caller's", zh = "看谁的号码：被叫或主叫" } },
            { "area_codes", { "rows", "area_code" }, default = {},
                say = { en = "For \"@own_area\"", zh = "供 \"@own_area\" 使用" } },
        },
    },
    {
        "calendar", form = "named", rows = "calendar_row",
        say = { en = "Bands of the day and the year", zh = "日历：一天与一年中的时段" },
        fields = {
            { "holidays", { "table", "date", "kind" },
                say = { en = "A table tables/NAME.csv with the columns date and kind (holiday, workday)",
                    zh = "表 tables/名称.csv，含 date 与 kind（holiday、workday）两列" } },
        },
    },
    {
        "table", form = "named", lists = true,
        say = { en = "A decision table, which functions ask by tables.ID { … }", zh = "决策表，函数用 tables.编号 { … } 查询" },
        fields = {
            { "file", "id", say = { en = "Its rows stand in tables/NAME.csv; the one called as the table, if it has none in its braces",
                zh = "各行写在 tables/名称.csv；括号中没有行且不写此项时，为与表同名的文件" } },
            { "columns", { "list", "text" }, say = { en = "Names of the columns; outputs have \"=> \" before them",
                zh = "各列的名称；结果列前写 \"=> \"" } },
            { "types", { "list_with_repeats", { "one_of", "integer", "decimal", "money", "text", "date", "boolean" } },
                say = { en = "Of the columns, in order", zh = "各列的类型（按顺序）" } },
            { "hit", { "one_of", "unique", "first" }, default = "unique",
                say = { en = "Only one row may match; or the first that does wins", zh = "unique：只许一行符合；first：先符合者生效" } },
            { "domain", "cells", default = {},
                say = { en = "What an input can be, as a cell: { tenants = \"1..3\" }; all of its type if left out",
                    zh = "输入的取值范围，写成条件：{ tenants = \"1..3\" }；不写则为该类型的全部值" } },
        },
    },
    {
        "package", form = "named", many = true, items = { "tariff", "allowance", "cap", "limit", "discount", "charge", "termination" },
        say = { en = "The unit of price; several versions by date", zh = "优惠包：定价的单位，可按日期有多个版本" },
        fields = {
            { "kind", { "one_of", "base", "plugin", "promotion" }, required = true,
                say = { en = "Base, plug-in or promotion", zh = "基础包、插件或促销" } },
            { "from", "date", required = true, say = { en = "The first day of this version", zh = "本版本生效首日" } },
            { "till", "date", say = { en = "The first day that is no longer in it; else until the next version",
                zh = "失效首日；不写则到下一版本为止" } },
            { "seasonal", "yes", say = { en = "true: a hole before the next version is meant", zh = "true：与下一版本之间的空档是有意的" } },
            dues.params,
            { "layer", "id", say = { en = "A layer of the catalog; else the one called as the kind", zh = "所在的层；不写则与种类同名" } },
            { "over", { "list", { "name_of", "package" } }, default = {},
                say = { en = "Packages of its layer that it wins over, and over all that these win over",
                    zh = "同层中它优先于的优惠包，以及后者所优先于的" } },
            { "members", "members", say = { en = "Which lines it takes: rows of products, or those of another package",
                zh = "成员：逐行写产品，或与另一优惠包相同" } },
            { "effective", { "record", "effective" },
                say = { en = "When an order may begin; if left out, at once, with the next cycle or on a day",
                    zh = "生效方式；不写则可立即、下周期或指定日期" } },
        },
    },
    {
        "tariff", form = "plain",
        say = { en = "Prices of one kind of usage", zh = "一种使用的价格" },
        fields = {
            { "id", "id", required = true, say = { en = "Unique in its package", zh = "在优惠包内唯一" } },
            { "serves", { "records", "serves" }, required = true, say = { en = "Which usage", zh = "适用的使用" } },
            { "component", "id", say = { en = "A component of the catalog; else the first", zh = "价格组成部分；不写则为第一个" } },
            { "calendar", { "name_of", "calendar" }, say = { en = "Whose bands the prices name", zh = "价格所按的日历" } },
            { "step", { "quantity", 1 }, say = { en = "What a price is for; each step begun is owed", zh = "计费单位，不足一个按一个计" } },
            { "price", "tiered_prices", say = { en = "Of one step, or one for each band; with tiers, a list of these",
                zh = "每个计费单位的价格，或各时段的价格；有阶梯时为其列表" } },
            { "tiers", { "record", "tiers" }, say = { en = "How its price goes by the units that are paid", zh = "价格如何随付费用量分阶梯" } },
            { "first", { "record", "first_step" }, say = { en = "The first step, where it differs", zh = "首个计费单位" } },
            { "setup", { "money", 0 }, default = 0, say = { en = "Once an event", zh = "每次使用的起始费" } },
            { "minimum", { "money", 0 }, default = 0, say = { en = "The line costs no less", zh = "该行最低费用" } },
            { "maximum", { "money", 0 }, default = 0, say = { en = "The line costs no more; 0: no maximum", zh = "该行最高费用；0 为不设" } },
            { "round", "rounding", say = { en = "\"0.01 half_up\": once, at the end of the line", zh = "\"0.01 half_up\"：在行末取整一次" } },
            { "uses", { "list", "id" }, say = {
                en = "Allowances of the package, in order; {} none, nor balances of units; left out: all that cover it",
                zh = "先用的免费资源（按顺序）；{} 为不用，数量账本也不抵扣；不写则用所有适用的" } },
            { "refuse", "text_key", say = { en = "Instead of a price: what allowances do not pay is refused, with this text",
                zh = "代替价格：免费资源不足以抵扣时整个拒绝，并给出此文本" } },
            taxes.code,
            { "when", "function", say = { en = "function(c): does it apply?", zh = "function(c)：是否适用" } },
            { "amount", "function", say = { en = "function(c): the line's amount, instead of steps and prices",
                zh = "function(c)：该行的金额，代替计费单位与价格" } },
            { "say", "text_key", required = true, say = { en = "The text that names the line", zh = "费用行的文本" } },
        },
    },
    {
        "allowance", form = "plain",
        say = { en = "Free units", zh = "免费资源" },
        fields = {
            { "id", "id", required = true, say = { en = "Unique in its package", zh = "在优惠包内唯一" } },
            { "serves", { "records", "serves" }, required = true, say = { en = "What it pays for", zh = "可抵扣的使用" } },
            { "unit", "unit", say = { en = "What the amount counts: \"minute\"", zh = "数量的单位，例如 \"minute\"" } },
            { "amount", "allowance_amount", required = true,
                say = { en = "300 (with a unit) or \"300 minutes\"", zh = "300（另写 unit）或 \"300 minutes\"" } },
            { "every", { "one_of", "day", "month", "year", "once" }, required = true,
                say = { en = "Anew in each local day, month or year; or once, when the package begins to be held",
                    zh = "每日、每月或每年重新给予；once 为开始持有优惠包时给予一次" } },
            { "valid", "cycles", say = { en = "Given once: good for so long, the first day included: \"12 months\"",
                zh = "给予一次的有效期（含首日），例如 \"12 months\"" } },
            { "carry_over", "cycles", say = { en = "What is left of a cycle serves so much longer: \"1 month\"",
                zh = "一个周期未用完的部分再保留多久，例如 \"1 month\"" } },
            { "first_month", { "one_of", "whole", "by_day" }, default = "whole",
                say = { en = "In the month in which it begins: all of it, or the part of the days that are left",
                    zh = "开通当月：全量给予，或按剩余天数折算" } },
            sharing.shared,
            sharing.member_cap,
        },
    },
    {
        "cap", form = "plain",
        say = { en = "The most that is charged in a cycle", zh = "封顶：一个周期内最多收取的金额" },
        fields = {
            { "id", "id", required = true, say = { en = "Unlike any other that the package counts", zh = "在优惠包的计数器中唯一" } },
            { "serves", { "records", "serves" }, default = {}, say = { en = "Which usage; all if left out", zh = "适用的使用；不写则为全部" } },
            { "amount", { "money", 0 }, required = true, say = { en = "So much, of lines that are rounded", zh = "金额（按取整后的各行累计）" } },
            { "every", { "one_of", "day", "month", "year" }, required = true,
                say = { en = "In each local day, month or year", zh = "每日、每月或每年" } },
            sharing.by,
        },
    },
    {
        "limit", form = "plain",
        say = { en = "So much usage in a cycle; more is refused", zh = "限额：一个周期内的用量上限，达到后拒绝" },
        fields = {
            { "id", "id", required = true, say = { en = "Unlike any other that the package counts", zh = "在优惠包的计数器中唯一" } },
            { "serves", { "records", "serves" }, required = true, say = { en = "Which usage, in all", zh = "适用的使用，合并计算" } },
            { "unit", "unit", say = { en = "What the amount counts: \"MB\"", zh = "数量的单位，例如 \"MB\"" } },
            { "amount", "allowance_amount", required = true,
                say = { en = "300 (with a unit) or \"300 minutes\"", zh = "300（另写 unit）或 \"300 minutes\"" } },
            { "every", { "one_of", "day", "month", "year" }, required = true,
                say = { en = "In each local day, month or year", zh = "每日、每月或每年" } },
            sharing.by,
            { "say", "text_key", required = true, say = { en = "The text that the user is refused with", zh = "拒绝时给用户的文本" } },
        },
    },
    dues.charge,
    leaving.termination,
    taxes.tax,
    dues.param,
    {
        "discount", form = "plain",
        say = { en = "What comes off lines that have their price", zh = "折扣：从已定价的费用行中减去" },
        fields = {
            { "id", "id", required = true, say = { en = "Unlike any tariff and discount of its package", zh = "在优惠包的资费与折扣中唯一" } },
            { "on", { "record", "discount_on" }, say = { en = "Which lines, of whichever package; all if left out",
                zh = "适用的费用行，不论由哪个优惠包定价；不写则为全部" } },
            { "off", "off", required = true, say = { en = "A percentage or an amount; with tiers, a list of these",
                zh = "百分比或金额；有阶梯时为其列表" } },
            { "tiers", { "record", "discount_tiers" }, say = { en = "What its tiers go by", zh = "阶梯的依据" } },
            { "stack", { "one_of", "best", "add", "alone" }, required = true,
                say = { en = "best: only the best of these; add: together with others; alone: instead of all others",
                    zh = "best 为同类中只取最优；add 为与其他叠加；alone 为不与其他同享" } },
            { "per", { "one_of", "event", "bill" }, required = true,
                say = { en = "Taken off each event's lines, or off a bill", zh = "逐次使用时减去，或在账单上减去" } },
            { "needs", { "list", { "name_of", "package" } },
                say = { en = "Packages that must be held, too", zh = "须同时持有的优惠包" } },
            { "when", "function", say = { en = "function(c): does it apply? Not on a bill", zh = "function(c)：是否适用；不用于账单" } },
            { "round", "rounding", say = { en = "Of a bill: how what comes off is rounded", zh = "用于账单：减免金额如何取整" } },
            { "say", "text_key", required = true, say = { en = "The text that names it", zh = "折扣的文本" } },
        },
    },
    {
        "plan", form = "named", many = true,
        say = { en = "A price scheme: base packages and optional ones", zh = "定价计划：基础包与可选包" },
        fields = {
            { "base", { "list", { "name_of", "package" } }, required = true,
                say = { en = "Packages that are in by default", zh = "默认包含的基础包" } },
            { "optional", { "list", { "name_of", "package" } }, default = {},
                say = { en = "Packages that may be added", zh = "可选包" } },
            { "from", "date", say = { en = "The first day of this version; else always", zh = "本版本生效首日；不写则一直" } },
            { "till", "date", say = { en = "The first day that is no longer in it; else until the next version",
                zh = "失效首日；不写则到下一版本为止" } },
            { "seasonal", "yes", say = { en = "true: a hole before the next version is meant", zh = "true：与下一版本之间的空档是有意的" } },
        },
    },
    {
        "offering", form = "named", many = true,
        say = { en = "What is sold", zh = "销售品" },
        fields = {
            { "kind", { "one_of", "single", "group", "bundle", "agreement" }, default = "single",
                say = { en = "Single, group, bundle, or by agreement", zh = "单一、群组、组合或协议类" } },
            { "brand", "id", say = { en = "The brand it is sold under", zh = "品牌" } },
            { "plans", { "list", { "name_of", "plan" } }, required = true,
                say = { en = "One or more plans", zh = "一个或多个定价计划" } },
            { "agreements", { "list", "id" }, say = { en = "Of one by agreement: the agreements that list it",
                zh = "协议类销售品：列有它的协议" } },
            { "from", "date", say = { en = "The first day of this version; else always", zh = "本版本生效首日；不写则一直" } },
            { "till", "date", say = { en = "The first day that is no longer in it; else until the next version",
                zh = "失效首日；不写则到下一版本为止" } },
            { "seasonal", "yes", say = { en = "true: a hole before the next version is meant", zh = "true：与下一版本之间的空档是有意的" } },
        },
    },
    {
        "texts", form = "named", many = true, free = true,
        say = { en = "Sentences that a person will read, by key, in one language", zh = "供人阅读的文本（按键，一种语言）" },
        fields = {},
    },
    {
        "column", form = "value", example = 'column "table.column"',
        say = { en = "All cells of a column: column \"table.column\"", zh = "表中一列的全部值：column \"表.列\"" },
    },
}

-- Tests: files named *_test.lua, anywhere in the catalog's folder.

schema.records.test_event = {
    say = { en = "A usage to be priced", zh = "待计价的使用" },
    fields = {
        { "service", "id", required = true, say = { en = "The service", zh = "业务" } },
        { "from", "text", default = "", say = { en = "Who used it: a service id", zh = "使用者：业务接入号" } },
        { "to", "text", default = "", say = { en = "What was reached, such as the number called", zh = "对端，例如被叫号码" } },
        { "at", "moment", required = true, say = { en = "When it began: \"2026-09-18 12:00:00\", local, or RFC 3339 with an offset",
            zh = "开始时间：\"2026-09-18 12:00:00\"（当地），或带时差的 RFC 3339" } },
        { "seconds", { "amount_of", "second" }, say = { en = "How long it took: 65, or \"2 minutes\"", zh = "时长：65 或 \"2 minutes\"" } },
        { "bytes", { "amount_of", "byte" }, say = { en = "How much it was: 1500, or \"10 MB\"", zh = "流量：1500 或 \"10 MB\"" } },
        { "items", { "amount_of", "item" }, say = { en = "How many it was", zh = "条数" } },
        { "attributes", "attributes", default = {}, say = { en = "Whatever else rules ask about", zh = "规则用到的其他属性" } },
    },
}

schema.records.test_expect = {
    say = { en = "What must come out", zh = "应得的结果" },
    fields = {
        { "amount", "money", say = { en = "The price in all", zh = "总价" } },
        taxes.expected,
        { "zone", "id", say = { en = "The zone", zh = "计费区" } },
        { "tariff", { "list", "text" }, say = { en = "The tariff of each line: \"local\" or \"fixed_line.local\"",
            zh = "各行的资费：\"local\" 或 \"fixed_line.local\"" } },
        { "parts", { "list", "text" },
            say = { en = "Units by band in order of time: \"night 1, day 2\"; behind them \"free\" if an allowance paid, or the tier: "
                .. "\"day 3 free, day 1 tier 2\"",
                zh = "按时间顺序各时段的计费单位数：\"night 1, day 2\"；其后写 free（免费）或阶梯：\"day 3 free, day 1 tier 2\"" } },
        { "refused", { "one_of", "NO_PRICE", "CALENDAR_NOT_COVERED", "AMBIGUOUS_TARIFF", "OVERFLOW", "RULE_FAILED", "LIMIT_REACHED",
            "TOO_FEW_UNITS", "SUSPENDED", "BALANCE_TOO_LOW" },
            say = { en = "The code of a refusal; the last two only in scenarios", zh = "拒绝代码；最后两个仅用于场景" } },
        { "nearest", "text", say = { en = "The first condition that failed, such as \"zone\"", zh = "首个不满足的条件，例如 \"zone\"" } },
    },
}

schema.records.test_holding = {
    say = { en = "A package that is held, and from when till when", zh = "持有的优惠包及其起止" },
    fields = {
        { "package", "id", required = true, say = { en = "The package", zh = "优惠包" } },
        { "from", "moment", say = { en = "Held from then on; else always", zh = "从何时起；不写则一直" } },
        { "till", "moment", say = { en = "Not held any more from then on", zh = "从何时起不再持有" } },
        sharing.holding[1], sharing.holding[2], sharing.holding[3], sharing.holding[4],
    },
}

local test_fields = {
    { "holds", { "list", "holding" }, required = true, say = { en = "The packages that are held", zh = "持有的优惠包" } },
    { "used", "used", default = {},
        say = { en = "What allowances, tiers, caps, limits counted: { [\"package.allowance\"] = \"97 minutes\" }; of money \"45.00\"",
            zh = "免费资源、阶梯、封顶与限额已计数量：{ [\"优惠包.资源\"] = \"97 minutes\" }；金额为 \"45.00\"" } },
}

schema.tests = {
    {
        "test", form = "named", title = true, many = true,
        say = { en = "One event and what must come out", zh = "一次使用及其应得的结果" },
        fields = {
            test_fields[1], test_fields[2],
            { "event", { "record", "test_event" }, required = true, say = { en = "The event", zh = "使用" } },
            { "expect", { "record", "test_expect" }, required = true, say = { en = "What must come out", zh = "应得的结果" } },
        },
    },
    {
        "cases", form = "named", title = true, many = true, lists = true,
        say = { en = "A table of events: each row is a test", zh = "一张使用表，每行一个测试" },
        fields = {
            test_fields[1], test_fields[2],
            { "event", "shared", default = {}, say = { en = "What all rows share of the event", zh = "各行共有的使用字段" } },
            { "expect", "shared", default = {}, say = { en = "What all rows share of the outcome", zh = "各行共有的期望" } },
            { "columns", { "list", "text" }, required = true,
                say = { en = "\"name\", fields of the event, and behind \"=> \" fields of the outcome",
                    zh = "\"name\"、使用的字段，以及写在 \"=> \" 之后的期望字段" } },
        },
    },
}

table.insert(schema.tests, dues.due)
for _, words in ipairs { dues, taxes } do
    for name, record in pairs(words.records) do
        schema.records[name] = record
    end
end
for _, words in ipairs { "words_scenario", "words_always", "words_guard", "words_deposits", "words_notices",
    "words_table_prices", "words_sessions", "words_session_steps" } do
    use(words)(schema)
end

-- Layouts: how the rows of somebody's CSV file become events. A source is a text as it stands, column "name", or
-- function(row) that returns a text or a whole number.

schema.records.skip_row = {
    say = { en = "Rows that are no events; the first that fits says why", zh = "不是使用记录的行，由首个符合者给出原因" },
    fields = {
        { "column", "column_name", at = 1, required = true, say = { en = "Look at this column", zh = "看这一列" } },
        { "is", { "list", "text" }, say = { en = "… is one of these", zh = "……是其中之一" } },
        { "is_not", { "list", "text" }, say = { en = "… is none of these", zh = "……不是其中任何一个" } },
        { "because", "source", required = true, say = { en = "The reason", zh = "原因" } },
    },
}

schema.records.layout_event = {
    say = { en = "How a row becomes an event", zh = "行如何成为使用记录" },
    fields = {
        { "id", "source", required = true, say = { en = "The record's own id, never read as anything else", zh = "记录自身的编号，不作他用" } },
        { "service", "source", required = true, say = { en = "The service", zh = "业务" } },
        { "from", "source", required = true, say = { en = "Who used it: a service id", zh = "使用者：业务接入号" } },
        { "to", "source", default = { text = "" }, say = { en = "What was reached, such as the number called", zh = "对端，例如被叫号码" } },
        { "at", "source", required = true, say = { en = "When it began", zh = "开始时间" } },
        { "seconds", "source", say = { en = "How long it took", zh = "时长（秒）" } },
        { "bytes", "source", say = { en = "How much it was", zh = "流量（字节）" } },
        { "items", "source", say = { en = "How many it was", zh = "条数" } },
        { "attributes", "sources", default = {}, say = { en = "Whatever else rules may ask about", zh = "规则可能用到的其他属性" } },
    },
}

schema.layout = {
    {
        "layout", form = "named", once = true,
        say = { en = "How the rows of a CSV file become events", zh = "CSV 文件的行如何成为使用记录" },
        fields = {
            { "columns", { "list", "column_name" }, say = { en = "Names of the columns, in order; left out where the file has a header",
                zh = "各列的名称（按顺序）；文件有标题行时可不写" } },
            { "header", "yes", say = { en = "true: the first row of a file names the columns", zh = "true：文件首行为列名" } },
            { "separator", { "one_of", ",", ";", "|", "\t" }, default = ",", say = { en = "Between two fields", zh = "字段分隔符" } },
            { "zone", "time_zone", default = "Asia/Shanghai", say = { en = "The time zone of local times", zh = "当地时间所在时区" } },
            { "time", "time_format", default = "YYYY-MM-DD hh:mm:ss",
                say = { en = "How times are written: like \"YYYY-MM-DD hh:mm:ss\", or \"rfc3339\", \"unix\", \"unix_ms\"",
                    zh = "时间格式：形如 \"YYYY-MM-DD hh:mm:ss\"，或 \"rfc3339\"、\"unix\"、\"unix_ms\"" } },
            { "skip", { "rows", "skip_row" }, default = {}, say = { en = "Rows that are no events", zh = "不是使用记录的行" } },
            { "event", { "record", "layout_event" }, required = true, say = { en = "The event", zh = "使用记录" } },
        },
    },
    {
        "column", form = "value", example = 'column "name"',
        say = { en = "What stands in a column of the row", zh = "本行某一列的值" },
    },
}

-- Words that have files of their own.

local function take_in(words)
    table.move(words.catalog, 1, #words.catalog, #schema.catalog + 1, schema.catalog)
    table.move(words.tests, 1, #words.tests, #schema.tests + 1, schema.tests)
    for name, record in pairs(words.records) do
        schema.records[name] = record
    end
end

local selling = use "words_selling"
take_in(selling)
take_in(use "words_prompts")
take_in(use "words_lives")
local topups = use "words_topups"
take_in(topups)
for _, word in ipairs(schema.tests) do
    if word[1] == "expect" then
        table.insert(word.fields, topups.state)
    end
end
schema.subject = selling.subject
schema.contexts.subject = selling.subject

-- The parts of the language, in reading order.
schema.dialects = {
    { "catalog", words = schema.catalog, say = { en = "Words of a catalog", zh = "目录中的词" } },
    { "tests", words = schema.tests, say = { en = "Words of tests", zh = "测试中的词" } },
    { "layout", words = schema.layout, say = { en = "Words of layouts", zh = "布局中的词" } },
}

return schema
