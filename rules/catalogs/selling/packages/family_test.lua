-- What an order gives the parameters of the family plan, and what it will cost.
local public = { facts = { segment = "public", arrears = false } }
local broadband = { package = "broadband", lines = { broadband = "B1" } }

local function e6(params, effective)
    return { package = "e6_base", plan = "e6", offering = "my_home", lines = { pstn = "P1" }, params = params, effective = effective }
end

order "a fee that is not among the choices" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = e6({ monthly_fee = "88.00", arpu = "80.00" }),
    expect = {
        verdict = "blocked",
        because = "parameter e6_base: monthly_fee param_choice 99.00|129.00|169.00",
        fixes = { "drop e6_base", "set e6_base monthly_fee 99.00", "set e6_base monthly_fee 129.00" },
    },
}

order "what another system must send is missing" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = e6({ monthly_fee = "99.00" }),
    expect = { verdict = "blocked", because = "parameter e6_base: arpu param_missing external", fixes = "drop e6_base" },
}

order "both, and a name that it does not have" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = e6({ monthly_fee = "88.00", discount = "1.00" }),
    expect = {
        verdict = "blocked",
        because = {
            "parameter e6_base: discount param_unknown",
            "parameter e6_base: arpu param_missing external",
            "parameter e6_base: monthly_fee param_choice 99.00|129.00|169.00",
        },
    },
}

order "what is derived can't be given" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = e6({ arpu = "80.00", fee = "1.00" }),
    expect = { verdict = "blocked", because = "parameter e6_base: fee param_fixed" },
}

order "the dearest is for those who spend as much" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = e6({ monthly_fee = "169.00", arpu = "99.99" }),
    expect = {
        verdict = "blocked",
        because = "parameter e6_base: monthly_fee param_check true",
        fixes = { "drop e6_base", "set e6_base monthly_fee 99.00", "set e6_base monthly_fee 129.00" },
    },
}

order "and they may have it" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = e6({ monthly_fee = "169.00", arpu = "100.00" }),
    expect = { verdict = "ok" },
}

order "a price that was for last year" {
    holds = { package = "e6_base", lines = { pstn = "P1" } }, customer = public, at = "2027-01-10 09:00:00",
    add = { package = "ring_tone", lines = { ring_tone = "P1" }, params = { price = "3.00" } },
    expect = { verdict = "blocked", because = "parameter ring_tone: price param_lapsed ..2026-12-31", fixes = "drop ring_tone" },
}

order "the first bill of what begins at once, and those that follow" {
    holds = broadband, customer = public, at = "2026-03-10 09:00:00",
    add = { e6({ arpu = "80.00" }, "now"), { package = "local_special", lines = { pstn = "P1" } } },
    expect = {
        verdict = "ok",
        starts = { "2026-03-10 09:00:00", "2026-04-01 00:00:00" },
        first_bill = { "e6_base.set_up 20.00", "e6_base.fee 91.55" },
        one_off = "20.00",
        recurring = "91.55",
        next_bills = { "139.00", "139.00" },
    },
}

-- the very same, lived through
scenario "the bills are those that were foretold" {
    from = "2026-03-10 09:00:00",

    buy { "e6_base" },
    buy { "local_special", from = "2026-04-01 00:00:00" },
    expect { fees = { "e6_base.set_up 20.00", "e6_base.fee 91.55" } },
    at "2026-04-30 00:00:00",
    expect { fees = { "e6_base.fee 129.00", "local_special.fee 10.00" } },
    at "2026-05-31 00:00:00",
    expect { fees = { "e6_base.fee 129.00", "local_special.fee 10.00" } },
}

order "a welcome lasts three months from when it begins, to the day" {
    holds = broadband, customer = public, at = "2026-03-18 12:00:00", completed = "2026-03-20 16:00:00",
    add = e6({ arpu = "80.00", welcome = "yes" }, { days_after_completion = 3 }),
    expect = {
        verdict = "ok",
        starts = "2026-03-23 00:00:00",
        first_bill = { "e6_base.set_up 20.00", "e6_base.fee 18.73" }, -- 64.50 x 9/31
        next_bills = { "64.50", "64.50", "81.70", "129.00" },          -- June: 64.50 x 22/30 + 129.00 x 8/30
    },
}

order "what is given up saves what would have come" {
    holds = {
        { package = "e6_base", lines = { pstn = "P1" }, from = "2026-01-01 00:00:00", params = { arpu = "80.00", monthly_fee = "99.00" } },
        { package = "ring_tone", lines = { ring_tone = "P1" }, from = "2026-01-01 00:00:00", params = { price = "3.00" } },
    },
    customer = public, at = "2026-06-11 00:00:00",
    cancel = { { package = "ring_tone" }, { package = "e6_base", from = "2026-08-01 00:00:00" } },
    expect = {
        verdict = "ok",
        first_bill = {},
        saves = { "-1.00", "3.00", "102.00" }, -- what June owed for the tone is due when it ends, no more in July
    },
}

-- What is held may get another fee, by the same rules.
local held = { package = "e6_base", lines = { pstn = "P1" }, from = "2026-01-01 00:00:00",
    params = { arpu = "80.00", monthly_fee = "99.00" } }

local function another(params, effective)
    return { package = "e6_base", params = params, effective = effective }
end

order "another fee begins with the next month" {
    holds = { held, broadband }, customer = public, at = "2026-03-18 12:00:00",
    change = another { monthly_fee = "129.00" },
    expect = { verdict = "ok", starts = "2026-04-01 00:00:00", first_bill = {}, saves = { "0.00", "-30.00", "-30.00" } },
}

order "at once, it is still the next fee that it changes" {
    holds = { held, broadband }, customer = public, at = "2026-03-18 12:00:00",
    change = another({ monthly_fee = "129.00" }, "now"),
    expect = { verdict = "ok", starts = "2026-03-18 12:00:00", saves = { "0.00", "-30.00" } },
}

order "a fee that nobody may change to" {
    holds = { held, broadband }, customer = public, at = "2026-03-18 12:00:00",
    change = another { monthly_fee = "88.00" },
    expect = {
        verdict = "blocked",
        because = "parameter e6_base: monthly_fee param_choice 99.00|129.00|169.00",
        fixes = { "drop e6_base", "set e6_base monthly_fee 99.00", "set e6_base monthly_fee 129.00" },
    },
}

order "the dearest, with what the customer spends now" {
    holds = { held, broadband }, customer = public, at = "2026-03-18 12:00:00",
    change = another { monthly_fee = "169.00", arpu = "120.00" },
    expect = { verdict = "ok" },
}

order "a change begins as the package has it" {
    holds = { held, broadband }, customer = public, at = "2026-03-18 12:00:00",
    change = { package = "e6_base", params = { monthly_fee = "129.00" }, from = "2026-04-10 00:00:00" },
    expect = {
        verdict = "blocked",
        because = "effective e6_base",
        fixes = { "drop e6_base", "effective e6_base next_cycle", "effective e6_base now", "effective e6_base after_completion 3" },
    },
}

scenario "who may buy it, and what it costs when its parameters change" {
    from = "2026-03-10 09:00:00",
    facts = { { "customer.segment", "business" }, { "customer.spend.2026-02", "80.00" } },

    buy { "e6_base", lines = { pstn = "P1" }, params = { arpu = "80.00" },
        expect = { verdict = "blocked", because = { "eligibility e6_base", "recommends e6_base" } } },
    fact { "customer.segment", "public" },
    buy { "e6_base", lines = { pstn = "P1" }, params = { arpu = "80.00" },
        expect = { verdict = "warned", because = "recommends e6_base" } },
    expect { fees = {} },
    at "2026-04-01 00:00:00",
    expect { fees = { "e6_base.set_up 20.00", "e6_base.fee 129.00" } },

    advance "10 days",
    change { "e6_base", params = { monthly_fee = "169.00" },
        expect = { verdict = "blocked", because = "parameter e6_base: monthly_fee param_check true" } },
    change { "e6_base", params = { monthly_fee = "169.00", arpu = "120.00" }, expect = { verdict = "ok" } },
    at "2026-05-01 00:00:00",
    expect { fees = { "e6_base.fee 169.00" } },

    -- the welcome lasts till three months after the package began, however late it is given
    change { "e6_base", params = { welcome = "yes" }, from = "2026-05-10 00:00:00" },
    at "2026-06-01 00:00:00",
    expect { fees = { "e6_base.fee 84.50" } },
    at "2026-07-01 00:00:00",
    expect { fees = { "e6_base.fee 169.00" } },
}

due "a ring tone's month" {
    holds = "ring_tone", from = "2026-03-01", till = "2026-04-01",
    params = { price = "3.00" },
    expect = { lines = { "rent 3.00" } },
}

order "one offer for loyal customers is enough" {
    holds = { held, broadband, { package = "loyal_gold", lines = { pstn = "P1" } } }, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "loyal_silver", lines = { pstn = "P1" } },
    expect = { verdict = "blocked", because = "excludes loyal_silver, loyal_gold", fixes = { "drop loyal_silver", "cancel loyal_gold" } },
}
