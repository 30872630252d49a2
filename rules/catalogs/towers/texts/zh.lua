texts "zh" {
    catalog = { towers = "铁塔" },
    product = { tower = "铁塔" },
    package = { tower_lease = "铁塔租赁", further_units = "增加的产品单元" },
    plan = { lease = "租赁计划" },
    offering = { tower = "铁塔" },
    charge = { rent = "铁塔租金", site_fee = "场地费", power_access = "电力引入费", unit = "增加的单元",
        rent_remaining = "约定期剩余租金" },
    param = { term_months = "租期（月）" },
    tower = { rent = "租户承担的租金份额", fees = "租户承担的场地与电力份额", unit = "租金的 30%，按同样比例分摊" },
}
