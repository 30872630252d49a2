-- What the checker can say of tax codes (see messages.lua).

local messages = {}

messages.tax_rates_not_rising = {
    en = "the rate from {from} stands behind one that begins as late, or later",
    zh = "自 {from} 起的税率写在起始日期相同或更晚的税率之后",
    mend_en = "write the rates by their first days",
    mend_zh = "按起始日期先后书写税率",
}
messages.tax_without_rate = {
    en = "the tax code {id} has no rate before {first}, and this is priced from {from} on",
    zh = "税码 {id} 在 {first} 之前没有税率，而此项自 {from} 起计价",
    mend_en = "add the rate that was in force on {from}",
    mend_zh = "补上 {from} 时的税率",
}
messages.tax_unused = {
    severity = "warning",
    en = "nothing has the tax code {id}",
    zh = "没有任何资费或收费使用税码 {id}",
    mend_en = "write tax = \"{id}\" where it belongs, or remove it",
    mend_zh = "在相应处写 tax = \"{id}\"，或删去它",
}

return messages
