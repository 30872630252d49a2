-- What the reference page says besides the schema: remarks, and for each word an example. All examples together are one catalog,
-- which must pass `suanpan check` (tests/integration/test_docs.py). Read by reference.lua only, never while a release is built.

local use = ...

local manual = {}

manual.intro = {
    {
        en = "A catalog is a folder. Each file of it is run once when a release is built and leaves plain data: which files there are, "
            .. "how they are called and in what order they run makes no difference. Files and folders whose names begin with a dot are "
            .. "ignored, and so is everything but `.lua` and `.csv`.",
        zh = "资费目录就是一个文件夹。生成规则版本时，其中每个文件运行一次，留下的只是数据：文件如何划分、如何命名、先后次序，都不影响结果。"
            .. "以点开头的文件和文件夹，以及 `.lua`、`.csv` 以外的文件，一律忽略。",
    },
    {
        en = "Amounts are text, `\"0.15\"`, never numbers; everything has an id and a text in each language of the catalog; order matters "
            .. "only where it is written as a list. `suanpan check FOLDER` says what is wrong, `suanpan test FOLDER` runs the tests beside "
            .. "the rules.",
        zh = "金额一律写成文本 `\"0.15\"`，不写数字；凡有编号者，目录的每种语言都要有对应文本；只有写成列表的地方才讲究先后。"
            .. "`suanpan check 文件夹` 指出错误，`suanpan test 文件夹` 运行规则旁边的测试。",
    },
}

-- Where things usually stand.
manual.files = {
    { "catalog.lua", { en = "what all share: currency, time zone, languages", zh = "共用设定：币种、时区、语言" } },
    { "products.lua, services.lua …", { en = "products, services", zh = "产品、业务" } },
    { "zones.lua, calendars.lua …", { en = "zone maps, calendars", zh = "号段表、日历" } },
    { "packages/*.lua", { en = "packages with their tariffs and allowances", zh = "优惠包及其资费、免费资源" } },
    { "**/*_test.lua", { en = "tests; not part of what is priced", zh = "测试，不参与计价" } },
    { "plans.lua …", { en = "plans and offerings", zh = "定价计划、销售品" } },
    { "tables/NAME.csv", { en = "tables: a row of column names, then rows", zh = "表：首行为列名，其后为数据行" } },
    { "texts/zh.lua, texts/en.lua", { en = "every sentence that a person will read", zh = "供人阅读的全部文本" } },
}

-- What a word means beyond its one line; `file` and `example` are part of the one catalog of examples. See the files below.
manual.words = {}

-- How the type of a field is called; `lua` is its type for editors, `more` says what the value looks like, for the table of values.
manual.types = {
    id = { lua = "string", en = "id", zh = "编号",
        more = { en = "begins with a letter; letters, digits, `_` and `-`; at most 64 bytes", zh = "以字母开头，由字母、数字、`_`、`-` 组成，至多 64 字节" },
        like = '"local_voice"' },
    text = { lua = "string",
        en = "text", zh = "文本", more = { en = "UTF-8, at most 4,096 bytes", zh = "UTF-8，至多 4,096 字节" }, like = '"by day"' },
    text_key = { lua = "string", en = "key of a text", zh = "文本的键",
        more = { en = "as an id, with dots", zh = "同编号，可含点" }, like = '"voice.local"' },
    yes = { lua = "true", en = "true", zh = "true" },
    due_amount = { lua = "suanpan.money|suanpan.param|fun(c: suanpan.formula): suanpan.amount", en = "money, a parameter, or a function",
        zh = "金额、参数或函数", like = 'param "monthly_fee"' },
    term = { lua = "string|suanpan.param", en = "cycles, or a parameter", zh = "周期数，或参数", like = '"5 years"' },
    rate = { lua = "string", en = "rate", zh = "税率", more = { en = "0 to 100, with at most 4 decimals", zh = "0 至 100，至多 4 位小数" },
        like = '"9%"' },
    percent = { lua = "string", en = "percentage", zh = "百分比",
        more = { en = "at most 100, with at most 4 decimals", zh = "不超过 100，至多 4 位小数" }, like = '"50%"' },
    each = { lua = "string|suanpan.param", en = "a fact, or a parameter", zh = "事实或参数", like = '"lease.units"' },
    param_function = { lua = "fun(p: table<string, any>): any", en = "function of parameters", zh = "参数的函数",
        like = 'function(p) return p.monthly_fee:times("10%") end' },
    values = { lua = "(string|integer)[]", en = "list of values of its kind", zh = "同种类值的列表" },
    params = { lua = "table<string, suanpan.parameter>", en = "parameters by name", zh = "按名称的参数" },
    fact_groups = { lua = "table<string, table<string, string>>", en = "kinds of facts, by group and name", zh = "按组与名称的事实种类",
        more = { en = "money, number, integer, text, date, boolean, or members: how many the group has, where nobody says",
            zh = "money、number、integer、text、date、boolean，或 members：未给出时取群组的成员数" },
        like = '{ site = { tenants = "integer" } }' },
    fact_name = { lua = "string", en = "group.name of a fact", zh = "事实的“组.名称”", like = '"site.tenants"' },
    charge_name = { lua = "string", en = "package.charge", zh = "“优惠包.收费”", like = '"base.fee"' },
    told_name = { lua = "string", en = "group.name of a fact", zh = "事实的“组.名称”",
        more = { en = "customer.NAME of the customer, customer.NAME.2026-01 of what is known by month",
            zh = "客户资料写 customer.名称，按月的写 customer.名称.2026-01" }, like = '"customer.segment"' },
    given = { lua = "string|integer|boolean", en = "text, whole number, true or false", zh = "文本、整数、true 或 false" },
    flag = { lua = "boolean", en = "true or false", zh = "true 或 false" },
    money = { lua = "string|suanpan.amount", en = "money", zh = "金额",
        more = { en = "decimal text with at most 6 decimals, or money \"…\"", zh = "至多 6 位小数的十进制文本，或 money \"…\"" }, like = '"0.15"' },
    tiered_prices = { lua = "suanpan.prices|suanpan.table_price|table<integer|string, suanpan.money|integer>[]",
        en = "prices, a list of tiers, or a table", zh = "价格、阶梯的列表或决策表",
        more = { en = "{ table = name, column = output, with = { input = value } } is the row of a decision table; a tier is "
            .. "{ price, up_to = edge } or, with a calendar, { band = price, …, up_to = edge }; the edge is a number of steps or a "
            .. "quantity; the last tier has none",
            zh = "{ table = 表名, column = 输出列, with = { 输入列 = 值 } } 为决策表的一行；"
                .. "一个阶梯写作 { 价格, up_to = 上限 }，有日历时为 { 时段 = 价格, …, up_to = 上限 }；上限为计费单位数或数量，最后一个阶梯不写" },
        like = '{ { "0.15", up_to = 300 }, { "0.11" } }' },
    off = { lua = "suanpan.money|table<integer|string, suanpan.money>[]", en = "percentage or amount, or tiers", zh = "百分比或金额，或其阶梯",
        more = { en = "at most 4 decimals of a percentage; a tier is { off, up_to = edge }, whose edge is an amount, a quantity or a "
            .. "number of members; the last tier has none",
            zh = "百分比至多 4 位小数；一个阶梯写作 { 减免, up_to = 上限 }，上限为金额、数量或成员数，最后一个阶梯不写" },
        like = '{ { "10%", up_to = "100.00" }, { "20%" } }' },
    prices = { lua = "suanpan.money|table<string, suanpan.money>", en = "price or prices", zh = "价格",
        more = { en = "money; with a calendar, one for each of its bands", zh = "金额；有日历时为每个时段各写一个" },
        like = '{ day = "0.15", night = "0.08" }' },
    quantity = { lua = "string", en = "quantity", zh = "数量",
        more = { en = "whole number and unit: s, second, min, minute, h, hour (and their plurals); B, byte, KB, MB, GB (of 1,024); item",
            zh = "整数加单位：s、second、min、minute、h、hour（及复数）；B、byte、KB、MB、GB（以 1,024 计）；item" }, like = '"60 s"' },
    conversion = { lua = "string", en = "conversion", zh = "换算",
        more = { en = "two quantities; what has begun of the first counts as the second, whole", zh = "两个数量；前者不足一个按一个计，换算成后者" },
        like = '"1 minute = 1 MB"' },
    cycles = { lua = "string",
        en = "cycles", zh = "周期数", more = { en = "1 to 24 days, months or years", zh = "1 至 24 日、月或年" }, like = '"1 month"' },
    duration = { lua = "string", en = "stretch of time", zh = "一段时间",
        more = { en = "whole number and unit: seconds, minutes, hours, days, months, years", zh = "整数加单位：秒、分钟、小时、日、月、年" },
        like = '"1 month"' },
    time_range = { lua = "string", en = "range of times", zh = "时间范围",
        more = { en = "two times and a stride, its ends included", zh = "两个时刻与步距，含两端" },
        like = '"2026-03-01 00:00:00..2026-03-02 00:00:00, every 1 hour"' },
    range = { lua = "string", en = "range", zh = "范围",
        more = { en = "whole numbers or quantities, its ends included; with a stride: \"1 KB..1 MB, every 1 KB\"",
            zh = "整数或数量，含两端；可写步距：\"1 KB..1 MB, every 1 KB\"" }, like = '"1..7200"' },
    unit = { lua = "string", en = "unit", zh = "单位", more = { en = "a unit of the quantities", zh = "数量的单位之一" }, like = '"minute"' },
    allowance_amount = { lua = "integer|string", en = "quantity, or a number with `unit`", zh = "数量，或配合 `unit` 的整数" },
    date = { lua = "string",
        en = "date", zh = "日期", more = { en = "of 1900 to 2199; from its first instant, local time", zh = "1900 至 2199 年，自当地零时起" },
        like = '"2026-01-31"' },
    hours = { lua = "string", en = "hours", zh = "时间段",
        more = { en = "local, half-open; over midnight only where no days are given", zh = "当地时间，左闭右开；只有不写日期时才可跨午夜" },
        like = '"07:00-21:00"' },
    day = { lua = "string", en = "days", zh = "日子",
        more = { en = "a weekday, a run of them, holiday or workday", zh = "星期、连续的星期、holiday 或 workday" }, like = '"monday-friday"' },
    digits = { lua = "string", en = "digits", zh = "数字串", more = { en = "1 to 32 digits", zh = "1 至 32 位数字" }, like = '"0771"' },
    prefix = { lua = "string", en = "digits or \"@own_area\"", zh = "数字串或 \"@own_area\"" },
    digit_count = { lua = "integer|string",
        en = "count or range", zh = "位数或范围", more = { en = "1 to 32", zh = "1 至 32" }, like = '"7..11"' },
    currency = { lua = "string", en = "currency", zh = "币种", more = { en = "three capital letters", zh = "三个大写字母" }, like = '"CNY"' },
    time_zone = { lua = "string", en = "time zone", zh = "时区",
        more = { en = "of the tz database; its transitions become part of the release", zh = "tz 数据库中的名称；其转换规则成为规则版本的一部分" },
        like = '"Asia/Shanghai"' },
    rounding = { lua = "string", en = "rounding", zh = "取整",
        more = {
            en = "step and mode: half_up, half_even, up, down, ceiling, floor; up is away from zero, half_up the nearest, "
                .. "halves away from zero",
            zh = "步长与方式：half_up 四舍五入，half_even 四舍六入五成双，up 远离零，down 趋向零，ceiling 向上，floor 向下",
        }, like = '"0.01 half_up"' },
    ["function"] = { lua = "function", en = "function", zh = "函数",
        more = { en = "see Functions", zh = "见“函数”" }, like = 'function(c) return c.seconds > 60 end' },
    column_name = { lua = "string", en = "column name", zh = "列名" },
    time_format = { lua = "string", en = "form of times", zh = "时间格式",
        more = { en = "YYYY, MM, DD, hh, mm and ss once each, everything else as it stands; or \"rfc3339\", \"unix\", \"unix_ms\"",
            zh = "YYYY、MM、DD、hh、mm、ss 各出现一次，其余字符原样；或 \"rfc3339\"、\"unix\"、\"unix_ms\"" }, like = '"DD.MM.YYYY hh:mm:ss"' },
    source = { lua = "string|suanpan.column|fun(row: table<string, string>): string|integer", en = "source", zh = "来源",
        more = { en = "a text, column \"name\" or function(row)", zh = "文本、column \"列名\" 或 function(row)" },
        like = 'column "caller"' },
    sources = { lua = "table<string, suanpan.source>", en = "sources by name", zh = "按名称的来源" },
    moment = { lua = "string", en = "time", zh = "时刻",
        more = { en = "local, or RFC 3339 with an offset; a date is its first instant", zh = "当地时间，或带时差的 RFC 3339；只写日期即当日零时" },
        like = '"2026-09-18 12:00:00"' },
    attributes = { lua = "table<string, string|integer>", en = "texts and numbers by name", zh = "按名称的文本或整数" },
    holding = { lua = "string|suanpan.test_holding", en = "package or record", zh = "优惠包或记录" },
    used = { lua = "table<string, integer|string>", en = "quantities by \"package.allowance\"", zh = "按 \"优惠包.资源\" 的数量",
        more = { en = "in the cycle of the event; of another one by its first day: \"package.allowance 2026-03-01\"",
            zh = "使用所在周期的用量；其他周期写其首日：\"优惠包.资源 2026-03-01\"" },
        like = '{ ["e6.minutes"] = "97 minutes" }' },
    shared = { lua = "table<string, any>", en = "fields", zh = "字段" },
    cells = { lua = "table<string, any>", en = "cells by column", zh = "按列的条件" },
}

-- What C words itself; everything else that can be found is in messages.lua.
manual.findings = {
    syntax = { severity = "error",
        say = { en = "a file is not Lua, because of …", zh = "文件不是正确的 Lua：……" },
        mend = { en = "look for a missing comma, quote, brace or end at or before this place", zh = "检查此处或之前是否缺少逗号、引号、括号或 end" } },
    field_twice = { severity = "error",
        say = { en = "a name stands twice in the same braces; only the last would count", zh = "同一对括号中一个名称写了两次；只有最后一个会起作用" },
        mend = { en = "remove one of them, or rename it", zh = "删去其中一个，或改名" } },
    script_failed = { severity = "error",
        say = { en = "a script ended here with an error of its own", zh = "脚本在此出错" },
        mend = { en = "correct the script; until then nothing that may stand in it is called missing",
            zh = "先更正此处；在此之前，可能写在其中的内容不作缺失处理" } },
    limit = { severity = "error",
        say = { en = "building the catalog took more time, instructions or memory than it may", zh = "构建目录超出时间、指令或内存的限额" },
        mend = { en = "look for a loop that does not end, or split the catalog", zh = "检查是否有不会结束的循环，或拆分目录" } },
    functions_unusable = { severity = "error",
        say = { en = "the functions hold more memory than they may while rating", zh = "函数所占内存超出计费时的限额" },
        mend = { en = "keep large tables in tables/*.csv, not in the locals of scripts", zh = "把大表放进 tables/*.csv，不要放在脚本的局部变量里" } },
    unbuildable = { severity = "error",
        say = { en = "nothing is wrong with the catalog, and still it can't be built", zh = "目录没有错误，却无法构建" },
        mend = { en = "report this as a fault of the checker", zh = "这是检查器的缺陷，请报告" } },
    no_tests = { severity = "note",
        say = { en = "the catalog has no tests", zh = "目录没有测试" },
        mend = { en = "write some in files called *_test.lua, beside the rules", zh = "在规则旁边的 *_test.lua 文件中编写" } },
}

-- What may be how large: { name, text, what it is counted in }; the numbers come from the schema and from the program.
manual.limits = {
    { "call_instructions", { en = "instructions of one call of a function, unless the catalog says otherwise",
        zh = "一次函数调用的指令数（目录可另行规定）" } },
    { "call_bytes", { en = "memory that one call may ask for", zh = "一次函数调用可申请的内存" }, "bytes" },
    { "block_bytes", { en = "one text or table in a call", zh = "调用中单个文本或表" }, "bytes" },
    { "call_us", { en = "time of one call; past it nothing is decided, and the request may be sent again",
        zh = "一次调用的时间；超出则不作处理，请求可以重发" }, "us" },
    { "functions_bytes", { en = "memory that all functions of a catalog may hold", zh = "目录全部函数可占用的内存" }, "bytes" },
    { "build_instructions", { en = "instructions of all scripts while a release is built", zh = "构建规则版本时全部脚本的指令数" } },
    { "build_bytes", { en = "memory meanwhile", zh = "其间的内存" }, "bytes" },
    { "build_us", { en = "time meanwhile", zh = "其间的时间" }, "us" },
    { "script_bytes", { en = "one script", zh = "一个脚本" }, "bytes" },
    { "catalog_files", { en = "files of a catalog", zh = "一个目录的文件数" } },
    { "catalog_bytes", { en = "a catalog", zh = "一个目录" }, "bytes" },
    { "path_bytes", { en = "a file's path in the folder; of a to z, 0 to 9, `_`, `.`, `/` and `-`",
        zh = "文件夹内的路径；由 a 至 z、0 至 9、`_`、`.`、`/`、`-` 组成" }, "bytes" },
    { "sweep_inputs", { en = "combinations of a sweep", zh = "一个 sweep 的组合数" } },
    { "zones", { en = "zones of a zone map", zh = "一个号段表的计费区数" } },
    { "calendar_rules", { en = "rules of a calendar", zh = "一个日历的规则数" } },
    { "calendar_bands", { en = "bands of a calendar", zh = "一个日历的时段数" } },
    { "uses", { en = "allowances in `uses`", zh = "`uses` 中的免费资源数" } },
    { "tiers", { en = "tiers of a price", zh = "一个价格的阶梯数" } },
    { "decision_columns", { en = "columns of a decision table", zh = "一张决策表的列数" } },
    { "decision_rows", { en = "rows of a decision table", zh = "一张决策表的行数" } },
    { "instalments", { en = "instalments of a deposit or gift", zh = "一笔预存金或赠款的期数" } },
    { "topups", { en = "versions of rules for top-ups", zh = "充值规则的版本数" } },
    { "topup_pays", { en = "services and zones that the gift of a top-up pays for", zh = "充值赠款可支付的业务与计费区数" } },
    { "columns", { en = "columns of a CSV file", zh = "CSV 文件的列数" } },
}

-- What stands in files of its own.
for _, name in ipairs { "manual_words", "manual_tests", "manual_dues", "manual_leaving", "manual_taxes" } do
    for word, entry in pairs(use(name)) do
        manual.words[word] = entry
    end
end
for key, entry in pairs(use "manual_functions") do
    manual[key] = entry
end
for _, name in ipairs { "manual_selling", "manual_prompts", "manual_lives", "manual_guard", "manual_deposits",
    "manual_notices", "manual_topups", "manual_sessions", "manual_session_steps" } do
    local area = use(name)
    for word, entry in pairs(area.words) do
        manual.words[word] = entry
    end
    for kind, entry in pairs(area.types) do
        manual.types[kind] = entry
    end
end

return manual
