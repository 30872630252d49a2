-- What the reference page says of tax codes (see manual.lua).

local words = {}

words.tax = {
    about = {
        en = "A line of a tariff, a charge or a termination that has a code is split into a net amount and the tax on it. The tax is "
            .. "rounded, once; the net amount is the rest. With inclusive prices the line's amount stays what it is; with exclusive "
            .. "ones it is the net amount and the tax together, which is what is paid. Discounts, maximum and caps come before it. The "
            .. "rate is that of the day on which the event began; of a charge that is due ahead, of the first day that counts, of one "
            .. "that is due afterwards, of the last. Each code needs a text, tax.ID.",
        zh = "有税码的资费、收费与提前终止费的费用行，分为不含税金额与税额。只对税额取整一次，不含税金额为其余部分。价格含税时，行金额不变；"
            .. "价格不含税时，行金额为不含税金额加税额，即实付金额。折扣、最高费用与封顶都在计税之前。税率取使用开始之日的；"
            .. "预收的费用取首个计费日的，后收的取最后一个计费日的。每个税码须有文本 tax.编号。",
    },
    file = "taxes.lua",
    example = [[
tax "vat_basic" {
    prices = "inclusive",

    { from = "2018-05-01", rate = "10%" },
    { from = "2019-04-01", rate = "9%" },
}
]],
}

return words
