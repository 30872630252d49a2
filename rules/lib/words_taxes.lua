-- The word for tax codes: `tax`, and what lines say of theirs. schema.lua takes it in.

local words = { records = {} }

words.tax = {
    "tax", form = "named", rows = "tax_rate",
    say = { en = "A tax code: its rates by date", zh = "税码及其各时期的税率" },
    fields = {
        { "prices", { "one_of", "inclusive", "exclusive" }, required = true,
            say = { en = "inclusive: prices hold the tax; exclusive: it is added to them",
                zh = "inclusive 为价格含税；exclusive 为价格不含税，另加税额" } },
        { "round", "rounding", default = { step = 10000, mode = "half_up" },
            say = { en = "Of the tax of a line; \"0.01 half_up\" if left out", zh = "每行税额的取整；不写则为 \"0.01 half_up\"" } },
    },
}

words.records.tax_rate = {
    say = { en = "A rate, from a day on till the next", zh = "一个税率，自某日起至下一个为止" },
    fields = {
        { "from", "date", required = true, say = { en = "Its first day", zh = "起始日期" } },
        { "rate", "rate", required = true, say = { en = "Of the net amount: \"9%\"", zh = "对不含税金额的税率：\"9%\"" } },
    },
}

-- The field of `tariff`, `charge` and `termination`.
words.code = { "tax", { "name_of", "tax" }, say = { en = "Its tax code; none if left out", zh = "税码；不写则不计税" } }

-- The field of what a test expects.
words.expected = { "tax", "money", say = { en = "The tax in it, of all lines", zh = "其中各行税额之和" } }

return words
