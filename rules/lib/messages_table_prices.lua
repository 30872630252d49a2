-- What the checker can say of prices that stand in decision tables (see messages.lua).

local messages = {}

messages.table_price_column = {
    en = "the table {table} gives {count} amounts, and the price does not say which it is",
    zh = "决策表 {table} 有 {count} 个金额输出列，没有说明价格是哪一个",
    mend_en = "write column = \"{near}\"",
    mend_zh = "写 column = \"{near}\"",
    or_en = "add an output of type money to the table",
    or_zh = "在表中加一个类型为 money 的输出列",
}
messages.table_price_other_type = {
    en = "the column {name} of the table {table} is {got}; a price is money",
    zh = "决策表 {table} 的列 {name} 的类型是 {got}，而价格应为 money",
    mend_en = "name a column of type money",
    mend_zh = "改写类型为 money 的列",
}
messages.table_price_negative = {
    en = "the table {table} has a price below 0: {got}",
    zh = "决策表 {table} 中有小于 0 的价格：{got}",
    mend_en = "write 0 or more",
    mend_zh = "写 0 或更大的金额",
}
messages.table_price_input = {
    en = "nothing says what the input {name} of the table {table} is: {why}",
    zh = "决策表 {table} 的输入列 {name} 没有来源：{why}",
    mend_en = "write it in with, or remove the column",
    mend_zh = "在 with 中写明，或删去该列",
}
messages.table_price_outside = {
    en = "the table {table} has no price for the {name} {got}",
    zh = "决策表 {table} 没有 {name} 为 {got} 的价格",
    mend_en = "widen domain of the table, with rows for it, or let the tariff not serve it",
    mend_zh = "扩大该表的 domain 并补上行，或让资费不适用于它",
}
messages.table_price_alone = {
    en = "a price that stands in a table has no {field}",
    zh = "取自决策表的价格不能有 {field}",
    mend_en = "remove {field}, or write the prices in the tariff",
    mend_zh = "删去 {field}，或把价格写在资费中",
}

return messages
