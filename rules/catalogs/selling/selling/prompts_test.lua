local base = { package = "e6_base", plan = "e6", offering = "my_home", lines = { pstn = "P1" }, from = "2026-01-01 00:00:00" }
local broadband = { package = "broadband", lines = { broadband = "B1" } }
local tone = { package = "ring_tone", lines = { ring_tone = "P1" } }

-- A customer by what was spent in January, February and March.
local function spends(january, february, march)
    return { facts = { arrears = false, arrears_days = 0, spend = { ["2026-01"] = january, ["2026-02"] = february, ["2026-03"] = march } } }
end

occasion "who spends more than 150.00 is told of broadband" {
    on = "accept_order", at = "2026-04-18 12:00:00", holds = { base, tone }, customer = spends("150.00", "150.00", "150.01"),
    expect = { prompts = { "offer_broadband" }, skipped = { "please_pay when", "offer_ring_tone held" }, expires = { "2026-05-18" } },
}

occasion "150.00 is not more" {
    on = "pay_bill", at = "2026-04-18 12:00:00", holds = { base, tone }, customer = spends("150.00", "150.00", "150.00"),
    expect = { prompts = {}, skipped = { "offer_broadband when", "offer_ring_tone held" } },
}

occasion "a month that is missing counts 0" {
    on = "pay_bill", at = "2026-04-18 12:00:00", holds = { base, tone }, customer = spends(nil, "225.00", "225.00"),
    expect = { prompts = {} },
}

occasion "only closed months count" {
    on = "pay_bill", at = "2026-03-31 23:59:59", holds = { base, tone }, customer = spends("1.00", "1.00", "449.00"),
    expect = { prompts = {} },
}

occasion "and March is closed with April" {
    on = "pay_bill", at = "2026-04-01 00:00:00", holds = { base, tone }, customer = spends("1.00", "1.00", "449.00"),
    expect = { prompts = { "offer_broadband" } },
}

occasion "who has broadband is not told of it" {
    on = "pay_bill", at = "2026-04-18 12:00:00", holds = { base, tone, broadband }, customer = spends("300.00", "300.00", "300.00"),
    expect = { prompts = {}, skipped = { "offer_broadband held", "offer_ring_tone held" } },
}

occasion "nor who has ordered it" {
    on = "accept_order", at = "2026-04-18 12:00:00", customer = spends("300.00", "300.00", "300.00"),
    holds = { base, tone, { package = "broadband", lines = { broadband = "B1" }, from = "2026-05-01 00:00:00" } },
    expect = { prompts = {} },
}

occasion "not again for 90 days once declined" {
    on = "pay_bill", at = "2026-06-15 23:59:59", holds = { base, tone },
    customer = { facts = { arrears = false, arrears_days = 0, spend = { ["2026-03"] = "200.00", ["2026-04"] = "200.00",
        ["2026-05"] = "200.00" } } },
    past = { { "offer_broadband", "shown", at = "2026-03-17 12:00:00" }, { "offer_broadband", "declined", at = "2026-03-18 12:00:00" } },
    expect = { prompts = {}, skipped = { "offer_broadband declined", "offer_ring_tone held" } },
}

occasion "but then" {
    on = "pay_bill", at = "2026-06-16 00:00:00", holds = { base, tone },
    customer = { facts = { arrears = false, arrears_days = 0, spend = { ["2026-03"] = "200.00", ["2026-04"] = "200.00",
        ["2026-05"] = "200.00" } } },
    past = { { "offer_broadband", "declined", at = "2026-03-18 12:00:00" } },
    expect = { prompts = { "offer_broadband" } },
}

occasion "the highest priority comes first" {
    on = "accept_order", at = "2026-04-18 12:00:00", holds = base,
    customer = { facts = { arrears = false, arrears_days = 5, spend = { ["2026-02"] = "300.00", ["2026-03"] = "300.00" } } },
    expect = { prompts = { "please_pay", "offer_broadband", "offer_ring_tone" } },
}

occasion "who may not buy it is not told" {
    on = "pay_bill", at = "2026-04-18 12:00:00", holds = { base, tone },
    customer = { facts = { arrears = true, arrears_days = 5, spend = { ["2026-02"] = "300.00", ["2026-03"] = "300.00" } } },
    expect = { prompts = {}, skipped = { "offer_broadband eligibility", "offer_ring_tone held" } },
}

-- Sixty days: 2026-06-17 is that far from 2026-04-18.
local function ends(day)
    return { facts = { arrears = false, arrears_days = 0, agreement_ends = day } }
end

occasion "an agreement that ends within 60 days is a task" {
    on = "daily", at = "2026-04-18 06:00:00", holds = base, customer = ends "2026-06-17",
    expect = { prompts = { "agreement_ends" }, expires = { "2026-06-17" } },
}

occasion "later is too soon to say" {
    on = "daily", at = "2026-04-18 06:00:00", holds = base, customer = ends "2026-06-18",
    expect = { prompts = {}, skipped = { "please_pay when", "agreement_ends when" } },
}

occasion "once" {
    on = "daily", at = "2026-04-19 06:00:00", holds = base, customer = ends "2026-06-17",
    past = { { "agreement_ends", "shown", at = "2026-04-18 06:00:00" } },
    expect = { prompts = {}, skipped = { "please_pay when", "agreement_ends once" } },
}

occasion "in arrears for more than 30 days: nothing but to pay" {
    on = "accept_order", at = "2026-04-18 12:00:00", holds = base,
    customer = { facts = { arrears = false, arrears_days = 31, spend = { ["2026-02"] = "300.00", ["2026-03"] = "300.00" } } },
    expect = { prompts = { "please_pay" }, skipped = { "offer_broadband quiet", "offer_ring_tone quiet" } },
}

occasion "30 days are not more" {
    on = "accept_order", at = "2026-04-18 12:00:00", holds = base,
    customer = { facts = { arrears = false, arrears_days = 30, spend = { ["2026-02"] = "300.00", ["2026-03"] = "300.00" } } },
    expect = { prompts = { "please_pay", "offer_broadband", "offer_ring_tone" } },
}

occasion "who wants to leave is kept with the highest offer" {
    on = "cancel", at = "2026-04-18 12:00:00", holds = base, cancel = "e6_base", customer = spends("200.00", "200.00", "200.00"),
    expect = { prompts = { "keep_gold" }, skipped = { "keep_silver lower" }, expires = { "2026-04-25" } },
}

occasion "that the customer qualifies for" {
    on = "cancel", at = "2026-04-18 12:00:00", holds = base, cancel = "e6_base", customer = spends("200.00", "200.00", "199.99"),
    expect = { prompts = { "keep_silver" }, skipped = { "keep_gold when" } },
}

occasion "or with none" {
    on = "cancel", at = "2026-04-18 12:00:00", holds = base, cancel = "e6_base", customer = spends("100.00", "49.99", nil),
    expect = { prompts = {}, skipped = { "keep_gold when", "keep_silver when" } },
}

occasion "each for what is cancelled" {
    on = "cancel", at = "2026-04-18 12:00:00", cancel = "phs_solo",
    holds = { base, { package = "phs_solo", plan = "phs", offering = "phs", lines = { phs = "H2" } } },
    customer = spends("100.00", "100.00", "100.00"),
    expect = { prompts = {}, skipped = { "keep_gold when" } },
}

occasion "what is not known is not guessed" {
    on = "cancel", at = "2026-04-18 12:00:00", holds = base, cancel = "e6_base",
    expect = {
        prompts = {},
        skipped = {
            "keep_gold failed: selling/prompts.lua:38: the fact 'arrears_days' of the customer is not known",
            "keep_silver failed: selling/prompts.lua:38: the fact 'arrears_days' of the customer is not known",
        },
    },
}

occasion "nor is what is wrong" {
    on = "enquiry", at = "2026-04-18 12:00:00", holds = base, customer = { facts = { arrears_days = "many" } },
    expect = { prompts = {}, refused = "arrears_days fact_kind integer" },
}

order "an order with such a fact is blocked" {
    holds = base, customer = { facts = { arrears_days = 3, spent = "100.00" } }, at = "2026-04-18 12:00:00",
    add = { package = "ring_tone", lines = { ring_tone = "P1" } },
    expect = { verdict = "blocked", because = "fact: spent fact_unknown", fixes = {} },
}
