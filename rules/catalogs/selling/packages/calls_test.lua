-- What a minute, or a megabyte, costs by what is held.

local function minute(tariff, amount)
    return { amount = amount, tariff = tariff }
end

local event = { service = "voice", at = "2026-03-18 12:00:00", seconds = 60 }

test "of the family" { holds = "e6_base", event = event, expect = minute("e6_base.voice", "0.15") }
test "who stays, gold" { holds = { "e6_base", "loyal_gold" }, event = event, expect = minute("loyal_gold.voice", "0.08") }
test "who stays, silver" { holds = { "e6_base", "loyal_silver" }, event = event, expect = minute("loyal_silver.voice", "0.10") }
test "PHS alone" { holds = "phs_solo", event = event, expect = minute("phs_solo.voice", "0.20") }
test "PHS in winter" { holds = "phs_winter", event = event, expect = minute("phs_winter.voice", "0.18") }
test "an enterprise" { holds = "enterprise_line", event = event, expect = minute("enterprise_line.voice", "0.10") }

test "broadband" {
    holds = "broadband",
    event = { service = "data", at = "2026-03-18 12:00:00", bytes = "3 MB" },
    expect = { amount = "0.15", tariff = "broadband.data" },
}
