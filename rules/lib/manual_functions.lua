-- What the reference page says of functions, exact numbers, and what a script may use of Lua (see manual.lua).

local manual = {}

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

return manual
