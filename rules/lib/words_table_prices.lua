-- Where the price of a tariff stands, if it does so in a decision table. Read by schema.lua.

return function(schema)
    schema.records.table_price = {
        say = { en = "The price of a step stands in a decision table", zh = "计费单位的价格取自决策表" },
        fields = {
            { "table", { "name_of", "table" }, required = true, say = { en = "The table", zh = "决策表" } },
            { "column", "id", say = { en = "Its output, of money, that is the price; needed if it has several",
                zh = "作为价格的金额输出列；有多个时必填" } },
            { "with", "attributes", default = {},
                say = { en = "What other inputs are: { plan = \"home\" }. The inputs zone, band and a date are those of each unit; "
                    .. "what is not said here is an attribute of the event",
                    zh = "其他输入列的值：{ plan = \"home\" }。输入列 zone、band 与日期取自各计费单位；此处未写的取自使用的属性" } },
        },
    }
end
