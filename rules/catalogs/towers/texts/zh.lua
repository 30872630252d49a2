texts "zh" {
    catalog = { towers = "铁塔" },
    product = { tower = "铁塔" },
    package = { tower_lease = "铁塔租赁" },
    plan = { lease = "租赁计划" },
    offering = { tower = "铁塔" },
    charge = { rent = "铁塔租金", site_fee = "场地费", power_access = "电力引入费" },
    tower = { rent = "租户承担的租金份额", fees = "租户承担的场地与电力份额" },
}
