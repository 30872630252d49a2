plan "e6" { base = "e6_base", optional = { "local_special", "ring_tone", "loyal_gold", "loyal_silver" } }
plan "phs" { base = "phs_solo", optional = "ring_tone" }
plan "winter" { base = "phs_winter", till = "2026-04-01" }
plan "broadband" { base = "broadband" }
plan "enterprise" { base = "enterprise_line" }

offering "my_home" { kind = "bundle", brand = "e_home", plans = "e6" }
offering "phs" { plans = { "phs", "winter" } }
offering "broadband" { plans = "broadband" }
offering "enterprise" { kind = "agreement", plans = "enterprise", agreements = { "acme_2026", "globex_2026" } }
