sell {
    requires { "local_special", needs = "e6_base", say = "sell.special_needs_base" },
    excludes { "e6_base", "phs_solo", "phs_winter", only = { product = "phs" }, say = "sell.no_solo_phs" },
    excludes { "plan.e6", "offering.enterprise", say = "sell.home_or_enterprise" },
    excludes { "loyal_gold", "loyal_silver", say = "sell.one_loyalty" },
    recommends { "e6_base", offer = "broadband", say = "sell.broadband" },

    eligible { "e6_base", say = "sell.public_only", when = function(c) return c.customer.segment == "public" end },
    eligible { "broadband", say = "sell.no_arrears", when = function(c) return not c.customer.arrears end },
}
