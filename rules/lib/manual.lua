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

-- What a word means beyond its one line; `file` and `example` are part of the one catalog of examples.
manual.words = {
    catalog = {
        file = "catalog.lua",
        example = [[
catalog "willow" {
    currency = "CNY",
    formula_facts = { site = { tenants = "integer", price = "money" }, lease = { role = "text" } },
    zone = "Asia/Shanghai",
    languages = { "zh", "en" },
    facts = { tenure = "integer", spend = "money by month" },
}
]],
    },
    product = {
        about = {
            en = "Standard prices are a package in the layer `standard`, which everybody who has the product holds, too; nobody "
                .. "buys it, and what is bought stands in the layers before it.",
            zh = "标准资费是 `standard` 层中的一个优惠包，凡有此产品者都持有，无需购买；所购的优惠包在其前面各层。",
        },
        file = "products.lua",
        example = [[
product "line" {
    services = { "voice", "sms" },
}
]],
    },
    service = {
        about = {
            en = "An item counts 1, whatever it is. With `count` it counts by its size, which the event says in an attribute: "
                .. "count = { of = \"characters\", whole = 70, block = 67 } makes 200 characters 3; an event that does not say it is "
                .. "refused with NO_PRICE.",
            zh = "一条计 1。写 `count` 则按大小计数，大小由使用的属性给出：count = { of = \"characters\", whole = 70, block = 67 } 时，"
                .. "200 字计 3；使用没有给出该属性的，以 NO_PRICE 拒绝。",
        },
        file = "services.lua",
        example = [[
service "voice" {
    unit = "second",
    zones = "dialled",
}

service "sms" {
    unit = "item",
    zones = "countries",
}
]],
    },
    zones = {
        about = {
            en = "The longest beginning wins, whatever row it stands in; of rows with the same one, the first. A number that is "
                .. "written out twice is an error. A number that is not digits, and one that fits no row, is refused with NO_PRICE. In the "
                .. "example callers of 010 and 02x have area codes of three digits, all others of four.",
            zh = "最长前缀优先，与行的次序无关；前缀相同则取写在前面的一行。同一号码写两次是错误。"
                .. "不是纯数字的号码，以及不符合任何一行的号码，以 NO_PRICE 拒绝。"
                .. "示例中 010 与 02x 的主叫区号为三位，其余为四位。",
        },
        file = "zones.lua",
        example = [[
zones "dialled" {
    area_codes = {
        { prefix = { "010", "02" }, digits = 3 },
        { prefix = "0", digits = 4 },
    },

    { "free", number = { "110", "119" } },
    { "free", prefix = "800", digits = 10 },
    { column "special.zone", prefix = column "special.prefix", digits = column "special.digits" },
    { "local", prefix = "@own_area" },
    { "distant", prefix = "0" },
    { "local", rest = true },
}
]],
        table_file = "tables/special.csv",
        table_example = [[
prefix,digits,zone
400,10,local
95,5..6,local
9510,,free
]],
    },
    calendar = {
        about = {
            en = "A moment belongs to the first row that takes its day and its hour; every moment must belong to one. The table "
                .. "names holidays, and swapped days on which people work: a row with except = \"workday\" does not take those for a "
                .. "Saturday or a Sunday. A calendar with a table covers the years that stand in it; usage outside of them is refused "
                .. "with CALENDAR_NOT_COVERED.",
            zh = "某一时刻归入日期与时间都符合的第一行；任何时刻都必须有归属。表中的日子是 holiday（节假日）或 workday（调休上班日）；"
                .. "写了 except = \"workday\" 的行，不把调休上班的周末算作周末。带表的日历只覆盖表中出现的年份，"
                .. "之外的使用以 CALENDAR_NOT_COVERED 拒绝。",
        },
        file = "calendars.lua",
        example = [[
calendar "day_night" {
    holidays = "holidays",

    { "holiday", days = "holiday" },
    { "night", hours = { "21:00-24:00", "00:00-07:00" } },
    { "weekend", days = { "saturday", "sunday" }, except = "workday" },
    { "day", rest = true },
}
]],
        table_file = "tables/holidays.csv",
        table_example = [[
date,kind
2026-10-01,holiday
2026-10-02,holiday
2026-10-10,workday
]],
    },
    table = {
        about = {
            en = "Rows of conditions, and what each gives. In a file, tables/NAME.csv, the first row names the columns and the second "
                .. "their types; in the braces, `columns` and `types` do. A cell of an input is `*`, a value, a range with both ends in "
                .. "it `3..8`, without the last `3..<8`, `>=5`, `>5`, `<=5`, `<5`, several of these `a|b`, or everything but `!a`. Texts "
                .. "and booleans have no ranges; decimals and amounts of inputs have at most 6 decimals. Every combination of inputs "
                .. "within the domain, dates among them, must be covered by one row: gaps, overlaps and rows that never match are "
                .. "errors. A function asks by `tables.sharing { tenants = 2, role = \"anchor\" }` and gets the row's outputs as fields; "
                .. "an input of dates that it leaves out is the local day of the usage. What lies outside of the domain refuses the "
                .. "charge with RULE_FAILED.",
            zh = "各行的条件及其结果。写在文件 tables/名称.csv 时，首行为列名，次行为类型；写在括号中时，用 `columns` 与 `types`。"
                .. "输入列的条件可写 `*`、一个值、含两端的范围 `3..8`、不含末端的 `3..<8`、`>=5`、`>5`、`<=5`、`<5`、其中之一 `a|b`、除外 `!a`。"
                .. "文本与布尔值没有范围；输入的小数与金额至多 6 位小数。取值范围内的每种输入组合（包括日期）都须恰有一行覆盖：空缺、交叠与永不符合的行都是错误。"
                .. "函数用 `tables.sharing { tenants = 2, role = \"anchor\" }` 查询，结果列即返回值的字段；不写的日期输入取使用当日（当地时间）。"
                .. "超出取值范围的查询以 RULE_FAILED 拒绝计费。",
        },
        file = "sharing.lua",
        example = [[
table "sharing" {
    domain = { tenants = "1..3", role = "anchor|other" },
}

table "weekend_rate" {
    columns = { "weekend", "items", "=> price" },
    types = { "boolean", "integer", "money" },
    domain = { items = ">=1" },

    { "true", "*", "0.05" },
    { "false", "<100", "0.10" },
    { "false", ">=100", "0.08" },
}
]],
        table_file = "tables/sharing.csv",
        table_example = [[
tenants,role,from,=> rent
integer,text,date,decimal
1,*,*,100%
2,anchor,<2018-01-01,75%
2,other,<2018-01-01,80%
2,anchor,>=2018-01-01,65%
2,other,>=2018-01-01,70%
3,anchor,*,55%
3,other,*,60%
]],
    },
    package = {
        about = {
            en = "The same id may stand several times: each is a version, and the time of the event says which one prices it. A "
                .. "version ends where the next one begins. So a price is changed by adding a version, "
                .. "never by changing one that has been in force. Of packages that are held together the one of the first layer "
                .. "prices; in a layer, the one that is `over` all others. Where a plan sells two that may price the same, and neither "
                .. "is over the other, that is an error; usage of somebody who holds such a pair is refused with AMBIGUOUS_TARIFF.",
            zh = "同一编号可以声明多次，每次是一个版本，由使用发生的时间决定适用哪个版本；上一版本到下一版本生效时为止。"
                .. "因此调价是增加一个版本，而不是改动已经生效过的版本。同时持有的优惠包中，由首个能定价的层定价；同一层中，由以 `over` 优先于其余者定价。"
                .. "同一定价计划所售的两个优惠包可能为同一使用定价，而又互不优先，是错误；持有这样一对的用户，其使用以 AMBIGUOUS_TARIFF 拒绝。",
        },
        file = "packages/home.lua",
        example = [[
package "home" {
    kind = "base", from = "2026-01-01",

    tariff { id = "voice", say = "voice.call", serves = { service = "voice" }, step = "60 s", price = "0.15" },
}

package "home" {
    kind = "base", from = "2027-01-01",

    tariff { id = "voice", say = "voice.call", serves = { service = "voice" }, step = "60 s", price = "0.12" },
}
]],
    },
    tariff = {
        about = {
            en = "Stands inside of a package. Inside of a package the first tariff that serves the usage, and whose `when` says so, prices "
                .. "it. A step that has begun is owed whole, at the price of its first second; so a call across bands is priced band by "
                .. "band. A line is: set-up, steps, at least the minimum, at most the maximum, then rounded once, if `round` says so. "
                .. "Tiers count what is paid, not what an allowance pays. Graduated: a step has the price of the tier in which it begins. "
                .. "Volume: all steps have the price of the tier that their sum reaches; over a cycle, the line is what the whole cycle "
                .. "costs by it, less what was charged so far, and never less than 0. The first step, if it has a price of its own, keeps "
                .. "it, and counts. A tariff may serve several services; what is counted in another unit than the step says what it is "
                .. "worth by `convert`: each minute that has begun, say, is all the steps of a megabyte. A tariff with `refuse` instead of "
                .. "a price takes units only: an event for which allowances have too few is refused whole, with TOO_FEW_UNITS.",
            zh = "写在优惠包之内。同一优惠包中，第一个适用（且 `when` 为真）的资费定价。计费单位一经开始即按整个计，单价取其首秒所在时段，"
                .. "因此跨时段的通话按时段分别计价。一行费用依次为：起始费、各计费单位、不低于最低、不高于最高，最后按 `round` 取整一次。"
                .. "阶梯只累计付费的用量，不含免费资源抵扣的部分。graduated（分段累进）：各计费单位按其开始时所在的阶梯计价。"
                .. "volume（全量）：全部计费单位按总量所达的阶梯计价；按周期累计时，费用为整个周期应付之和减去已收金额，且不小于 0。"
                .. "首个计费单位若另有价格，则按该价格，并计入用量。一个资费可适用于多种业务；计量单位与计费单位不同的，用 `convert` 写明如何换算，"
                .. "例如每开始的一分钟折算为一兆字节的全部计费单位。以 `refuse` 代替价格的资费只用免费资源：数量不足时整个使用以 TOO_FEW_UNITS 拒绝。",
        },
        file = "packages/studio.lua",
        example = [[
package "studio" {
    kind = "base", from = "2026-01-01",

    tariff {
        id = "local", say = "voice.local",
        serves = { service = "voice", zone = { "free", "local" } },
        first = { step = "180 s", price = "0.22" },
        step = "60 s", price = "0.11",
        maximum = "5.00",
    },

    tariff {
        id = "distant", say = "voice.distant",
        serves = { service = "voice", zone = "distant" },
        calendar = "day_night",
        step = "6 s",
        price = { day = "0.07", weekend = "0.05", night = "0.04", holiday = "0.04" },
        setup = "0.10",
    },
}

package "traveller" {
    kind = "plugin", from = "2026-01-01",

    tariff {
        id = "abroad", say = "sms.abroad",
        serves = { service = "sms", zone = "abroad" },
        step = "1 item",
        tiers = { kind = "graduated", every = "month" },
        price = { { "0.50", up_to = 10 }, { "0.40", up_to = 100 }, { "0.30" } },
    },
}
]],
    },
    allowance = {
        about = {
            en = "Stands inside of a package. Its units pay before money does, whole steps at a time, for the usage that it serves, "
                .. "of this package and of all others that are held, unless a tariff says otherwise by `uses`. What is left "
                .. "at the end of the day, month or year lapses, or is carried over; then the earliest is used first. Services that are "
                .. "counted in another unit than the amount say what they are worth by `convert`; it must fit the steps of the tariffs. "
                .. "What is given once belongs to its purchase: a package that is held twice gives twice, and a later version neither adds "
                .. "nor takes. What was bought of it on one day is one sum. "
                .. "What is `shared` belongs to the group as whose members several subscriptions hold the package, and each takes of it "
                .. "what is left; who holds the package by itself shares with nobody. The first month of a group, and the cycles of which "
                .. "something may be carried over, count from the instant since which the group holds the package (`group_from`, else "
                .. "`from` of the member's own holding), whenever the member joined: who joins later finds what the others left.",
            zh = "写在优惠包之内。先于金额抵扣，按整个计费单位抵扣；凡适用的使用都可抵扣，不论由本优惠包还是所持有的其他优惠包定价，"
                .. "除非资费用 `uses` 另行指定。当日、当月或当年未用完的部分作废，或按 `carry_over` 结转，先用最早的。"
                .. "计量单位与数量不同的业务，用 `convert` 写明如何换算，且须与资费的计费单位相合。"
                .. "只给予一次的属于该次购买：持有两份即给予两次，之后的版本既不增加也不减少；同一天购买的合为一笔。"
                .. "写了 `shared` 的属于群组：多个用户作为同一群组的成员持有本优惠包时共用余量；单独持有者不与他人共用。"
                .. "群组的首月以及可结转的周期，自群组开始持有之时（`group_from`，不写则为该成员自己的 `from`）算起，与成员何时加入无关："
                .. "后加入者使用其他成员剩下的部分。",
        },
        file = "packages/minutes.lua",
        example = [[
package "minutes" {
    kind = "plugin", from = "2026-01-01",

    allowance {
        id = "local_minutes",
        serves = {
            { service = "voice", zone = "local" },
            { service = "sms", zone = "inland", convert = "1 item = 1 minute" },
        },
        amount = 100, unit = "minute", every = "month",
        carry_over = "1 month",
        first_month = "by_day",
    },
}
]],
    },
    cap = {
        about = {
            en = "Stands inside of a package. It counts what is charged for the usage that it serves, by whichever package that is held, "
                .. "after rounding, in the cycle of the event. A line costs no more than is left; the answer names the cap that made "
                .. "it less.",
            zh = "写在优惠包之内。对其适用的使用，不论由所持有的哪个优惠包定价，均按取整后的金额，在使用发生时所在的周期内累计；"
                .. "费用不超过剩余额度，应答中写明是哪个封顶起了作用。",
        },
        file = "packages/calm.lua",
        example = [[
package "calm" {
    kind = "plugin", from = "2026-01-01",

    cap { id = "most", amount = "80.00", every = "month" },

    limit {
        id = "messages_a_day", say = "sms.enough",
        serves = { service = "sms" },
        amount = "200 items", every = "day",
    },
}
]],
    },
    limit = {
        about = {
            en = "Stands inside of a package. It counts usage, free or paid. An event that begins below the amount is charged whole; after "
                .. "that all are refused with LIMIT_REACHED until the next cycle. The example stands with `cap`.",
            zh = "写在优惠包之内。免费与付费的用量都计入。未达上限时开始的使用全额计费；此后以 LIMIT_REACHED 拒绝，直到下一周期。示例见 `cap`。",
        },
    },
    discount = {
        about = {
            en = "Stands inside of a package, and is on lines of all packages that are held, while its own is held when the event begins. "
                .. "It takes its part of what a line would cost within its minimum and maximum; then the tariff rounds once. Of "
                .. "discounts that say `add`, all are taken, with the one of those that say `best` that takes most; "
                .. "or, if that takes more, one that says "
                .. "`alone` and nothing else. A percentage is one of what the discount is on, whatever others take; an amount is taken "
                .. "once. Together they take no more than the line. With tiers, the whole of what the discount is on has the tier that it "
                .. "reaches, or that was reached by use before the event, or that of as many members as hold the package together: "
                .. "one without a group, nothing where nobody said how many. What a function `amount` gives is rounded before. "
                .. "On a bill, the discounts are chosen once for all its lines, and what each takes is rounded as it says itself.",
            zh = "写在优惠包之内；使用开始时持有该优惠包，即对所持各优惠包的费用行适用。先按最低、最高费用得出该行金额，减去折扣，再由资费取整一次。"
                .. "写 `add` 的折扣全部叠加，并与写 `best` 的折扣中减得最多的一个同享；若某个写 `alone` 的折扣减得更多，则只取它一个。"
                .. "百分比按折扣适用的金额计算，与其他折扣无关；固定金额只减一次；合计不超过该行金额。"
                .. "有阶梯时，适用的全部金额按其所达的阶梯，或按本次使用之前累计用量所达的阶梯，或按共同持有本优惠包的成员数（无群组为一名；成员数未知则不减）。函数 `amount` 的结果先行取整。"
                .. "账单上的折扣对全部行统一选取一次，各自减免的金额按其自身的 `round` 取整。",
        },
        file = "packages/friends.lua",
        example = [[
package "friends" {
    kind = "plugin", from = "2026-01-01",

    discount {
        id = "local_off", say = "off.local",
        on = { service = "voice", zone = "local" },
        off = "20%", stack = "best", per = "event",
    },

    discount {
        id = "evenings", say = "off.evenings",
        on = { band = "night" },
        off = "50%", stack = "add", per = "event",
    },

    discount {
        id = "large_bills", say = "off.large_bills",
        off = { { "0%", up_to = "100.00" }, { "5%", up_to = "500.00" }, { "8%" } },
        tiers = { by = "amount" },
        stack = "best", per = "bill", round = "0.01 half_up",
    },

    -- 2 or 3 friends, and 4 or more.
    discount {
        id = "together", say = "off.together",
        on = { service = "voice" },
        off = { { "0%", up_to = 1 }, { "5%", up_to = 3 }, { "10%" } },
        tiers = { by = "members" },
        stack = "alone", per = "event",
    },
}
]],
    },
    plan = {
        file = "plans.lua",
        example = [[
plan "household" {
    base = "home",
    optional = { "minutes", "traveller", "calm", "friends", "rental", "mast", "fibre", "router", "savings" },
}

plan "business" {
    base = { "studio", "messages" },
    optional = { "minutes", "texts_1000" },
}
]],
    },
    offering = {
        file = "offerings.lua",
        example = [[
offering "willow_line" {
    brand = "willow",
    plans = { "household", "business" },
}
]],
    },
    texts = {
        about = {
            en = "Keys are written flat, [\"zone.local\"] = \"…\", or nested as here. Needed are: catalog.ID, product.ID, service.ID, "
                .. "package.ID, plan.ID, offering.ID, allowance.ID, cap.ID, charge.ID, param.ID, brand.ID, agreement.ID, fact.ID, "
                .. "life_cycle.ID, state.ID, move.ID, role.ID, field.ID, zone.ID, band.ID, refusal.ID for all that "
                .. "exist, and the key that each tariff, limit, discount and rule of selling names by `say`. The text of a tariff may "
                .. "have the blanks {amount}, {units}, {zone} and {package}.",
            zh = "键可以平写 [\"zone.local\"] = \"…\"，也可以像这里一样嵌套。凡存在的都要有：catalog.编号、product.编号、service.编号、"
                .. "package.编号、plan.编号、offering.编号、allowance.编号、cap.编号、charge.编号、param.编号、brand.编号、"
                .. "agreement.编号、fact.编号、life_cycle.编号、state.编号、move.编号、"
                .. "role.编号、field.编号、zone.编号、band.编号、refusal.编号，"
                .. "以及每个资费、限额、折扣与销售规则用 `say` 指定的键。资费的文本中可用空位 {amount}、{units}、{zone}、{package}。",
        },
        file = "texts/en.lua",
        example = [[
texts "en" {
    catalog = { willow = "Willow Telephone" },
    product = { line = "Line" },
    service = { voice = "Voice", sms = "Messages" },
    package = { home = "Home", studio = "Studio", messages = "Messages", minutes = "100 minutes", traveller = "Traveller", calm = "Calm",
        friends = "Friends", rental = "Line rental", mast = "Mast", fibre = "Fibre",
        router = "Router", savings = "Store 600, get 190", texts_1000 = "1,000 messages" },
    deposit = { stored = "Deposit" }, gift = { bonus = "Gift" },
    plan = { household = "Household", business = "Business" },
    offering = { willow_line = "Willow line" },
    brand = { willow = "Willow" },
    allowance = { local_minutes = "100 local minutes a month", units = "Messages bought in advance" },
    notice = { low = "{left} of {amount} messages are left", ends = "{left} messages can be sent until {last}",
        stops = "{package} ends: {last} is its last day" },
    cap = { most = "at most 80.00 a month" },
    tax = { vat_basic = "VAT" },
    partner = { mast_owner = "Owner of the mast" },
    charge = { fibre_fee = "Fibre", fibre_left = "Fibre, left early", router_left = "Router, left early",
        installation = "Installation", line_rental = "Line rental", insurance = "Insurance",
        mast_fee = "Mast", antenna = "Antenna", mast_service = "Service of the mast", mast_rent = "Rent of the mast" },
    param = { months = "months of the contract", monthly_fee = "monthly fee", welcome = "less at first",
        antennas = "antennas on it", service_fee = "fee for service" },
    mast = { welcome = "The discount must be less than the fee", share = "Rent at the tenant's share" },
    zone = { free = "free", ["local"] = "local", distant = "long distance", abroad = "abroad", inland = "inland" },
    refusal = { unknown_country = "there is no such country code" },
    band = { day = "day", night = "night", weekend = "weekend", holiday = "public holiday" },
    off = { ["local"] = "Local calls 20 % off", evenings = "Half price at night", large_bills = "Large bills",
        together = "Friends together" },
    fact = { tenure = "months as a customer", spend = "spent in a month" },
    sell = { pay = "Pay by direct debit", keep = "Stay, and talk for less", quiet = "Nothing while bills are open",
        minutes_need = "Minutes need a base package", one_base = "A line has one base package", minutes = "Free minutes go with it",
        studio = "For customers of more than a year who spend over 150 a month" },
    life_cycle = { installation = "Installation" },
    state = { ordered = "Ordered", planned = "Planned", working = "Working", dropped = "Dropped" },
    move = { plan = "Plan", install = "Install", expire = "Give up" },
    role = { planner = "Planner", fitter = "Fitter" },
    field = { visit_on = "Day of the visit" },
    voice = { call = "Call", ["local"] = "Local call", distant = "Long-distance call" },
    sms = { bulk = "Bulk message", message = "Message", enough = "No more than 200 messages a day", abroad = "Message abroad",
        not_delivered = "Message not delivered" },
}
]],
        more_file = "texts/zh.lua",
        more_example = [[
texts "zh" {
    catalog = { willow = "柳州电话" },
    product = { line = "电话" },
    service = { voice = "语音通话", sms = "短信" },
    package = { home = "家庭", studio = "工作室", messages = "短信", minutes = "百分钟包", traveller = "旅行", calm = "安心",
        friends = "亲友", rental = "线路租用", mast = "天线杆", fibre = "光纤", router = "路由器",
        savings = "存 600 送 190", texts_1000 = "短信 1,000 条" },
    deposit = { stored = "预存金" }, gift = { bonus = "赠款" },
    plan = { household = "家庭计划", business = "商务计划" },
    offering = { willow_line = "柳州电话" },
    brand = { willow = "柳城" },
    allowance = { local_minutes = "每月 100 分钟本地通话", units = "预购短信" },
    notice = { low = "{amount} 条短信还剩 {left} 条", ends = "剩余的 {left} 条短信可用至 {last}",
        stops = "{package} 即将到期，{last} 为最后一天" },
    cap = { most = "每月最多 80.00 元" },
    tax = { vat_basic = "增值税" },
    partner = { mast_owner = "天线杆业主" },
    charge = { fibre_fee = "光纤月费", fibre_left = "光纤提前退订", router_left = "路由器提前退订",
        installation = "装机费", line_rental = "月租费", insurance = "保险费",
        mast_fee = "天线杆月费", antenna = "天线", mast_service = "维护费", mast_rent = "天线杆租金" },
    param = { months = "合约月数", monthly_fee = "月费", welcome = "首期优惠", antennas = "天线数", service_fee = "维护费" },
    mast = { welcome = "优惠须低于月费", share = "按租户份额的租金" },
    zone = { free = "免费", ["local"] = "本地", distant = "长途", abroad = "境外", inland = "境内" },
    refusal = { unknown_country = "国家代码不存在" },
    band = { day = "白天", night = "夜间", weekend = "周末", holiday = "节假日" },
    off = { ["local"] = "本地通话八折", evenings = "夜间半价", large_bills = "大额账单优惠",
        together = "亲友同享" },
    fact = { tenure = "在网月数", spend = "月消费" },
    sell = { pay = "可办理银行代扣", keep = "留下可享优惠", quiet = "欠费期间不推荐",
        minutes_need = "分钟包须配基础包", one_base = "一条线路只能有一个基础包", minutes = "可搭配免费分钟",
        studio = "限在网一年以上且月均消费超过 150 元的客户" },
    life_cycle = { installation = "装机" },
    state = { ordered = "已受理", planned = "已排期", working = "已开通", dropped = "已撤销" },
    move = { plan = "排期", install = "装机", expire = "撤销" },
    role = { planner = "调度", fitter = "装维" },
    field = { visit_on = "上门日期" },
    voice = { call = "通话费", ["local"] = "本地通话费", distant = "长途通话费" },
    sms = { bulk = "群发短信", message = "短信", enough = "每日最多 200 条短信", abroad = "国际短信", not_delivered = "短信发送失败退还" },
}
]],
    },
    column = {
        about = {
            en = "For lists that are too long to be written out. The table is tables/countries.csv; cells are taken as they stand. A row "
                .. "of a zone map may take its prefixes from a column, and then the zone and the number of digits of each from columns "
                .. "beside it; `10`, `7..11`, or nothing for any number of digits.",
            zh = "供过长的列表使用。表为 tables/countries.csv，其中的值按原样取用。号段表的一行可从某列取前缀，"
                .. "并从同一张表的其他列取每个前缀的计费区与位数；位数写 `10`、`7..11`，不限位数则留空。",
        },
        file = "countries.lua",
        example = [[
zones "countries" {
    { "abroad", prefix = "00", followed_by = column "countries.prefix" },
    { refuse = "unknown_country", prefix = "00" },
    { "inland", rest = true },
}
]],
        table_file = "tables/countries.csv",
        table_example = [[
prefix,country
1,US
44,GB
852,HK
]],
    },
    test = {
        file = "packages/home_test.lua",
        example = [[
test "a call of a minute and a second costs two steps" {
    holds = "home",
    event = { service = "voice", from = "07715510000", to = "5507882", at = "2026-09-18 12:00:00", seconds = 61 },
    expect = { amount = "0.30", zone = "local", tariff = "home.voice", parts = "2" },
}
]],
    },
    cases = {
        about = {
            en = "Each row is counted by its name. An empty text leaves a field out.",
            zh = "每行单独计数。空文本表示该行不写此字段。",
        },
        file = "packages/studio_test.lua",
        example = [[
cases "calls of a studio" {
    holds = { "studio", "minutes" },
    used = { ["minutes.local_minutes"] = "99 minutes", ["minutes.local_minutes 2026-08-01"] = "100 minutes" },
    event = { service = "voice", from = "07715510000" },
    columns = { "name", "to", "at", "seconds", "=> parts", "=> amount", "=> refused" },

    { "one free minute is less than the first step", "5507882", "2026-09-18 12:00:00", 60, "1", "0.22", "" },
    { "by day", "02073241552", "2026-09-18 12:00:00", 12, "day 2", "0.24", "" },
    { "into the night", "02073241552", "2026-09-18 20:59:54", 12, "day 1, night 1", "0.21", "" },
    { "a holiday", "02073241552", "2026-10-01 12:00:00", 6, "holiday 1", "0.14", "" },
    { "a year that the table lacks", "02073241552", "2027-10-01 12:00:00", 6, "", "", "CALENDAR_NOT_COVERED" },
}
]],
    },
    scenario = {
        about = {
            en = "Begins with a clock and what is held, then goes step by step: `buy`, `change`, `cancel`, `fact`, `use`, `advance`, `at`, "
                .. "`expect`. "
                .. "What is used is counted, in the cycle of its time; fees fall due as the clock passes their day; what was charged is "
                .. "added up. The first step that fails ends the "
                .. "scenario, and is shown with what was expected, what came out and why.",
            zh = "从一个时刻和所持有的优惠包开始，逐步进行：`buy`、`change`、`cancel`、`fact`、`use`、`advance`、`at`、`expect`。"
                .. "用量按其时刻所在周期累计，"
                .. "时钟经过到期日时收取定期费用，收取的金额逐笔相加。首个失败的步骤结束该场景，并给出期望值、实际值和原因。",
        },
        file = "packages/minutes_test.lua",
        example = [[
scenario "half a month's minutes, and what is carried over" {
    from = "2026-09-16 00:00:00",
    holds = "home",
    event = { service = "voice", from = "07715510000", to = "5507882" },

    buy { "minutes" },
    expect { left = { ["minutes.local_minutes"] = "50 minutes" } },
    use { seconds = "20 minutes", expect = { amount = "0.00", parts = "20 free" } },
    advance "10 days",
    use { seconds = "31 minutes", expect = { amount = "0.15", parts = "30 free, 1" } },

    at "2026-10-01 00:00:00",
    use { at = "2026-09-30 23:59:00", seconds = 60, expect = { amount = "0.15" } },      -- late, and priced by its own time
    use { seconds = "10 minutes", expect = { amount = "0.00" } },
    advance "1 month",
    expect { left = { ["minutes.local_minutes"] = "190 minutes" }, charged = "0.30" },
    cancel { "minutes" },
    use { seconds = 60, expect = { amount = "0.15" } },
}
]],
    },
    always = {
        about = {
            en = "Each claim is a test of its own, tried on every usage of the range, each as if it were the first; of two parts the "
                .. "second comes after the first. What is refused is compared with nothing, "
                .. "but something must have a price. One that breaks the "
                .. "claim is shown, shrunk to the smallest that does. What these tests come by is no coverage, for no price is expected.",
            zh = "每条断言单独算一个测试，对范围内的每次使用逐一验证，每次都视为首次；拆成两部分时，后一部分接在前一部分之后。"
                .. "被拒绝的使用不参与比较，但至少要有一次能计价。不成立时给出缩到最小的例子。这些测试不计入覆盖率，因为没有期望的价格。",
        },
        file = "packages/talk_test.lua",
        example = [[
always "calls from Home" {
    holds = "home",
    event = { service = "voice", from = "07715510000" },
    sweep = {
        seconds = "0..600",
        at = "2026-12-31 22:00:00..2027-01-01 02:00:00, every 1 hour",
        to = { "5507882", "02073241552" },
    },
    claims = { "never_refused", "never_negative", "more_never_cheaper", "parts_make_whole" },
    split = "60 s",
}
]],
    },
    buy = {
        about = {
            en = "A step of a `scenario`, whose example shows it. The version of the package is chosen by the time of each usage, as ever. "
                .. "With `expect` it is judged by the rules of selling, with what is held and known of the customer then: it begins as an "
                .. "order would, or is not held where it is blocked.",
            zh = "`scenario` 的一步，示例见该处。优惠包的版本照例由每次使用的时刻决定。写了 `expect` 则按当时的持有与客户资料由销售规则判断："
                .. "生效方式与订单相同，被拒绝的不会持有。",
        },
    },
    change = {
        about = {
            en = "A step of a `scenario`. What falls due ahead and did so already stays as it was; what falls due later has both prices, "
                .. "each for its days. With `expect` it is judged as an order is.",
            zh = "`scenario` 的一步。已到期的预收费用不变；之后到期的按各自天数分别计价。写了 `expect` 则与订单一样判断。",
        },
        file = "packages/masts_test.lua",
        example = [[
scenario "a second tenant on the mast, and another fee" {
    from = "2026-03-01 00:00:00",
    facts = { { "site.price", "12000.00" }, { "site.tenants", 1 }, { "lease.role", "anchor" } },

    buy { "mast", params = { antennas = 1 } },
    expect { fees = { "mast.mast_fee 20.00", "mast.antenna 5.00", "mast.mast_service 2.00" } },
    at "2026-03-16 00:00:00",
    change { "mast", params = { monthly_fee = "30.00" } },
    fact { "site.tenants", 2 },
    at "2026-04-01 00:00:00",
    expect { fees = { "mast.mast_fee 30.00", "mast.antenna 5.00", "mast.mast_service 3.00", "mast.mast_rent 835.74" } },
}
]],
    },
    fact = {
        about = {
            en = "A step of a `scenario`; see `change`. Formulas of charges see the facts of their day, conditions of sales those of the "
                .. "moment. A value holds until the next one of the same name begins.",
            zh = "`scenario` 的一步，示例见 `change`。收费公式取当日的事实，销售条件取当时的事实。一个值到同名的下一个值开始为止。",
        },
    },
    cancel = {
        about = { en = "A step of a `scenario`, whose example shows it.", zh = "`scenario` 的一步，示例见该处。" },
    },
    use = {
        about = {
            en = "A step of a `scenario`, whose example shows it. It happens at the clock's time unless it says `at`: an earlier time is a "
                .. "late usage, a later one moves the clock. A field that it leaves out is that of the scenario's `event`.",
            zh = "`scenario` 的一步，示例见该处。不写 `at` 则发生在时钟所指时刻；写更早的时刻即为迟到的使用，写更晚的时刻则时钟随之前移。"
                .. "没有写的字段取自 scenario 的 `event`。",
        },
    },
    advance = {
        about = {
            en = "A step of a `scenario`. A day later the clock on the wall is the same; a month after 31 January is the last of February.",
            zh = "`scenario` 的一步。过一日后当地钟面时间不变；1 月 31 日的一个月后是 2 月最后一日。",
        },
    },
    at = {
        about = { en = "A step of a `scenario`; the clock never goes back.", zh = "`scenario` 的一步；时钟不会倒退。" },
    },
    expect = {
        about = { en = "A step of a `scenario`, whose example shows it.", zh = "`scenario` 的一步，示例见该处。" },
    },
    layout = {
        about = {
            en = "A file of its own, given to `suanpan rate FILE --as LAYOUT.lua`; it is no part of a catalog. A source is a text as it "
                .. "stands, column \"name\", or a function(row), in which row.NAME is the text of a column, and which returns a text or a "
                .. "whole number. In the example callers come without their area code, and the time is in tenths of a second.",
            zh = "单独的文件，交给 `suanpan rate 文件 --as 布局.lua` 使用，不属于资费目录。来源可以是原样的文本、column \"列名\"，"
                .. "或 function(row)：其中 row.列名 是该列的文本，返回文本或整数。"
                .. "示例中主叫不带区号，时长以十分之一秒计。",
        },
        file = "switch.lua",
        example = [[
layout "switch" {
    columns = { "number", "caller", "called", "answered", "tenths", "cause" },
    separator = ";",
    time = "DD.MM.YYYY hh:mm:ss",

    skip = {
        { "cause", is_not = { "16", "31" }, because = column "cause" },
    },

    event = {
        id = column "number",
        service = "voice",
        from = function(row)
            if row.caller:starts("0") then
                return row.caller
            end
            return "0771" .. row.caller
        end,
        to = column "called",
        at = column "answered",
        seconds = function(row) return (tonumber(row.tenths) + 9) // 10 end,
    },
}
]],
        table_file = "calls.csv",
        table_example = [[
1001;5510000;5507882;18.09.2026 09:30:00;951;16
1002;07715510000;110;18.09.2026 09:40:00;0;19
]],
    },
}

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
        more = { en = "money, number, integer, text, date or boolean", zh = "money、number、integer、text、date 或 boolean" },
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
    tiered_prices = { lua = "suanpan.prices|table<integer|string, suanpan.money|integer>[]",
        en = "prices, or a list of tiers", zh = "价格，或阶梯的列表",
        more = { en = "a tier is { price, up_to = edge } or, with a calendar, { band = price, …, up_to = edge }; the edge is a number of "
            .. "steps or a quantity; the last tier has none",
            zh = "一个阶梯写作 { 价格, up_to = 上限 }，有日历时为 { 时段 = 价格, …, up_to = 上限 }；上限为计费单位数或数量，最后一个阶梯不写" },
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

-- The functions that a catalog may contain; the last is their type for editors.
manual.functions = {
    { "when", "function(c)", { en = "true or false: does the tariff or discount apply?", zh = "true 或 false：资费或折扣是否适用" },
        "fun(c: suanpan.usage): boolean" },
    { "amount", "function(c)", { en = "money: the line's amount", zh = "金额：该行的金额" }, "fun(c: suanpan.usage): suanpan.amount" },
    { "derive", "function(p)", { en = "a value of the parameter's kind", zh = "该参数种类的值" }, "fun(p: table<string, any>): any" },
    { "check", "function(p)", { en = "true or false: may the parameter be so?", zh = "true 或 false：参数是否允许" },
        "fun(p: table<string, any>): boolean" },
}

manual.functions_about = {
    en = "Most packages need none. A function gets the usage as `c`, returns one value, and sees no clock, disk, network or chance; what "
        .. "it reaches outside of itself can't be changed. The same usage always gets the same answer. One that fails, or runs past its "
        .. "budget, refuses the charge with RULE_FAILED. An `amount` is an exact fraction until the tariff rounds it; with more than 6 "
        .. "decimals it must say how, by `round`.",
    zh = "大多数优惠包不需要函数。函数得到使用 `c`，返回一个值；看不到时钟、磁盘、网络和随机数，也改变不了外部的任何东西，因此同样的使用总得到同样的结果。"
        .. "函数出错或超出限额时，以 RULE_FAILED 拒绝计费。`amount` 的结果是精确分数，由资费取整；超过 6 位小数时必须用 `round` 说明如何取整。",
}

manual.functions_file = "packages/messages.lua"
manual.functions_example = [[
package "messages" {
    kind = "base", from = "2026-01-01",

    tariff {
        id = "bulk", say = "sms.bulk",
        serves = { service = "sms", zone = "inland" },
        when = function(c) return c.attributes.kind == "bulk" and c.items >= 100 end,
        step = "1 item", price = "0.05",
    },

    tariff {
        id = "message", say = "sms.message",
        serves = { service = "sms" },
        amount = function(c)
            local one = money "0.10"
            if c.at.weekday == "sunday" then
                one = one:minus("20%")
            end
            return one * c.items
        end,
        round = "0.01 half_up",
    },
}
]]

-- Exact numbers; m is money, d a decimal, n a decimal or a whole number.
manual.money = {
    { 'money "12.50"', { en = "money", zh = "金额" } },
    { 'decimal "0.15"', { en = "a decimal, exact; also \"2%\"", zh = "精确的小数；也可写 \"2%\"" } },
    { "m + m, m - m, -m", { en = "money", zh = "金额" } },
    { "m * n, m / n", { en = "money; dividing is exact, too", zh = "金额；除法同样精确" } },
    { "m / m", { en = "a decimal", zh = "小数" } },
    { "m < m, m <= m, m == m", { en = "money is compared with money, numbers with numbers", zh = "金额与金额比较，数与数比较" } },
    { "m:times(x), m:share(x)", { en = "x is a number, \"0.1\" or \"10%\"", zh = "x 为数、\"0.1\" 或 \"10%\"" } },
    { 'm:because("tower.rent", row)', { en = "m, and the reason of it: the key of a text, and the row of a table; in formulas of charges",
        zh = "即 m，并记下理由：文本的键与表的一行；用于收费的公式" } },
    { 'm:plus("2%"), m:minus("2%")', { en = "so many per cent more or less", zh = "增加或减少百分之几" } },
}

-- The words that every script has besides those of the language, and their types for editors; nothing else of Lua is there.
-- `only` names the dialect of one that the others do not have.
manual.allowed = {
    { "type", { en = "as in Lua; \"money\" and \"decimal\" of exact numbers", zh = "同 Lua；精确数为 \"money\" 或 \"decimal\"" },
        "(value: any): string" },
    { "tostring", { en = "as in Lua, never an address", zh = "同 Lua，但不给出地址" }, "(value: any): string" },
    { "tonumber", { en = "a whole number of a text of digits, else nil", zh = "把数字文本变为整数，否则为 nil" },
        "(text: any): integer?" },
    { "ipairs", { en = "as in Lua", zh = "同 Lua" }, "(list: any[]): fun(): integer, any" },
    { "sorted", { en = "for key, value in sorted(t): by key; there is no pairs", zh = "for key, value in sorted(t)：按键的次序；没有 pairs" },
        "(map: table): fun(): any, any" },
    { "select", { en = "as in Lua, from the front", zh = "同 Lua，只从前数" }, "(from: integer|string, ...: any): any" },
    { "assert", { en = "as in Lua", zh = "同 Lua" }, "(value: any, text?: string): any" },
    { "error", { en = "ends the script or function with this text", zh = "以此文本结束脚本或函数" }, "(text: string)" },
    { "money", { en = "an exact amount", zh = "精确金额" }, "(text: string): suanpan.amount" },
    { "decimal", { en = "an exact number", zh = "精确小数" }, "(text: string): suanpan.decimal" },
    { "tables", { en = "tables.ID { input = value, … }: a row of a decision table, in functions",
        zh = "tables.编号 { 输入 = 值, … }：决策表的一行，仅在函数中可用" },
        "table<string, fun(inputs: table<string, any>): table<string, any>>", only = "catalog" },
    { "math.abs", { en = "of whole and of exact numbers", zh = "用于整数与精确数" }, "(x: any): any" },
    { "math.max", { en = "the same", zh = "同上" }, "(x: any, ...: any): any" },
    { "math.min", { en = "the same", zh = "同上" }, "(x: any, ...: any): any" },
    { "math.maxinteger", { en = "the largest whole number", zh = "最大整数" }, "integer" },
    { "math.mininteger", { en = "the smallest whole number", zh = "最小整数" }, "integer" },
    { "string.len", { en = "bytes; also s:len() and #s", zh = "字节数；也可写 s:len() 或 #s" }, "(s: string): integer" },
    { "string.sub", { en = "as in Lua, by bytes; s:sub(1, 3)", zh = "同 Lua，按字节；s:sub(1, 3)" },
        "(s: string, from: integer, till?: integer): string" },
    { "string.lower", { en = "letters A to Z", zh = "字母 A 至 Z" }, "(s: string): string" },
    { "string.upper", { en = "letters a to z", zh = "字母 a 至 z" }, "(s: string): string" },
    { "string.starts", { en = "s:starts(\"07\"): does it begin so?", zh = "s:starts(\"07\")：是否以此开头" },
        "(s: string, start: string): boolean" },
    { "string.ends", { en = "does it end so?", zh = "是否以此结尾" }, "(s: string, ending: string): boolean" },
    { "string.contains", { en = "is it in there?", zh = "是否包含" }, "(s: string, part: string): boolean" },
}

manual.allowed_about = {
    en = "A script is Lua 5.4 with these words and those of the language, and nothing else: no `pairs`, `pcall`, `load`, `require`, `os`, "
        .. "`io`, no patterns, no `string.format`, nothing that depends on chance, on the clock or on the order of a hash. Only locals can "
        .. "be written.",
    zh = "脚本是 Lua 5.4，可用的只有下列词和语言自身的词：没有 `pairs`、`pcall`、`load`、`require`、`os`、`io`，没有模式匹配和 `string.format`，"
        .. "也没有任何取决于随机数、时钟或哈希次序的东西。只有局部变量可以赋值。",
}

-- What C words itself; everything else that can be found is in messages.lua.
manual.findings = {
    syntax = { severity = "error",
        say = { en = "a file is not Lua, because of …", zh = "文件不是正确的 Lua：……" },
        mend = { en = "look for a missing comma, quote, brace or end at or before this place", zh = "检查此处或之前是否缺少逗号、引号、括号或 end" } },
    not_utf8 = { severity = "error",
        say = { en = "the file is not UTF-8: this line is the first that is not", zh = "文件不是 UTF-8 编码，从此行起" },
        mend = { en = "save it as UTF-8 in the editor (not as GBK, GB18030 or UTF-16)",
            zh = "在编辑器中另存为 UTF-8（不要用 GBK、GB18030 或 UTF-16）" } },
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
    { "columns", { en = "columns of a CSV file", zh = "CSV 文件的列数" } },
}

-- What stands in files of its own.
for _, name in ipairs { "manual_dues", "manual_leaving", "manual_taxes" } do
    for word, entry in pairs(use(name)) do
        manual.words[word] = entry
    end
end
for _, name in ipairs { "manual_selling", "manual_prompts", "manual_lives", "manual_guard", "manual_deposits",
    "manual_notices" } do
    local area = use(name)
    for word, entry in pairs(area.words) do
        manual.words[word] = entry
    end
    for kind, entry in pairs(area.types) do
        manual.types[kind] = entry
    end
end

return manual
