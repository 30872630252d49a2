-- What the reference page says of the words of catalogs, products, packages and texts (see manual.lua).

return {
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
                .. "a price takes units only: an event for which allowances have too few is refused whole, with TOO_FEW_UNITS. A price "
                .. "may stand in a decision table, in an output of money: price = { table = \"rates\", with = { plan = \"home\" } }. What "
                .. "is written in `with` is a constant; the inputs `zone` and `band`, and one of dates, are those of each unit; others are "
                .. "attributes of the event, without which it is refused with NO_PRICE.",
            zh = "写在优惠包之内。同一优惠包中，第一个适用（且 `when` 为真）的资费定价。计费单位一经开始即按整个计，单价取其首秒所在时段，"
                .. "因此跨时段的通话按时段分别计价。一行费用依次为：起始费、各计费单位、不低于最低、不高于最高，最后按 `round` 取整一次。"
                .. "阶梯只累计付费的用量，不含免费资源抵扣的部分。graduated（分段累进）：各计费单位按其开始时所在的阶梯计价。"
                .. "volume（全量）：全部计费单位按总量所达的阶梯计价；按周期累计时，费用为整个周期应付之和减去已收金额，且不小于 0。"
                .. "首个计费单位若另有价格，则按该价格，并计入用量。一个资费可适用于多种业务；计量单位与计费单位不同的，用 `convert` 写明如何换算，"
                .. "例如每开始的一分钟折算为一兆字节的全部计费单位。以 `refuse` 代替价格的资费只用免费资源：数量不足时整个使用以 TOO_FEW_UNITS 拒绝。"
                .. "价格可取自决策表的金额输出列：price = { table = \"rates\", with = { plan = \"home\" } }。`with` 中写的是常量；"
                .. "输入列 `zone`、`band` 与日期取自各计费单位；其余为使用的属性，未给出时以 NO_PRICE 拒绝。",
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

    tariff {
        id = "inland", say = "sms.message",
        serves = { service = "sms", zone = "inland" },
        step = "1 item",
        price = { table = "sms_rates" },
    },
}

table "sms_rates" {
    columns = { "zone", "day", "=> price" },
    types = { "text", "date", "money" },
    domain = { zone = "inland" },

    { "inland", "<2027-01-01", "0.04" },
    { "inland", ">=2027-01-01", "0.03" },
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
                .. "`from` of the member's own holding), whenever the member joined: who joins later finds what the others left. "
                .. "Units that a customer has in a balance of the account (`balance.put` with a unit) pay in the same way, and what ends "
                .. "first goes first: such a balance before the first allowance that ends after it. Of which usage it may pay for, `uses` "
                .. "says nothing; but where a tariff says `uses = {}`, nothing is free, and it does not pay either.",
            zh = "写在优惠包之内。先于金额抵扣，按整个计费单位抵扣；凡适用的使用都可抵扣，不论由本优惠包还是所持有的其他优惠包定价，"
                .. "除非资费用 `uses` 另行指定。当日、当月或当年未用完的部分作废，或按 `carry_over` 结转，先用最早的。"
                .. "计量单位与数量不同的业务，用 `convert` 写明如何换算，且须与资费的计费单位相合。"
                .. "只给予一次的属于该次购买：持有两份即给予两次，之后的版本既不增加也不减少；同一天购买的合为一笔。"
                .. "写了 `shared` 的属于群组：多个用户作为同一群组的成员持有本优惠包时共用余量；单独持有者不与他人共用。"
                .. "群组的首月以及可结转的周期，自群组开始持有之时（`group_from`，不写则为该成员自己的 `from`）算起，与成员何时加入无关："
                .. "后加入者使用其他成员剩下的部分。"
                .. "客户账户中数量账本（带 unit 的 `balance.put`）的数量以同样方式抵扣，先到期者先用：排在第一个晚于它到期的免费资源之前。"
                .. "它可抵扣什么与 `uses` 无关；但资费写明 `uses = {}` 时不可抵扣，数量账本也不抵扣。",
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
    optional = { "minutes", "traveller", "calm", "friends", "rental", "mast", "fibre", "router", "savings", "prepaid" },
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
        router = "Router", savings = "Store 600, get 190", texts_1000 = "1,000 messages",
        prepaid = "Prepaid" },
    deposit = { stored = "Deposit" }, gift = { bonus = "Gift" },
    topup = { hundred = "10% for calls", thousand = "150 for 1,000", welcome = "Welcome" },
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
        savings = "存 600 送 190", texts_1000 = "短信 1,000 条", prepaid = "预付费" },
    deposit = { stored = "预存金" }, gift = { bonus = "赠款" },
    topup = { hundred = "充值送一成通话费", thousand = "充一千送一百五", welcome = "首充礼" },
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
}
