package "home_bundle" {
    kind = "base", from = "2019-01-01",

    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = "109.00", tax = "vat_basic",
        split = {
            { product = "broadband", share = "60%" },
            { product = "television", share = "25%" },
            { partner = "film_house", share = "15%" },
        } },

    tariff {
        id = "calls", serves = { service = "voice" }, step = "60 s", price = "0.109", tax = "vat_basic", round = "0.01 half_up",
        say = "voice.calls",
    },

    -- Who leaves within two years pays half of what is left of the fee.
    termination { id = "leaving", term = "2 years", remaining = "fee", share = "50%", tax = "vat_other" },
}

package "set_top_box" {
    kind = "plugin", from = "2019-01-01",

    charge { id = "installation", every = "once", amount = "100.00", tax = "vat_other" },
    charge { id = "films", every = "month", ahead = false, amount = "20.00", tax = "vat_other" },

    -- The box costs 240.00 less 10.00 for each month.
    termination { id = "box", term = "2 years", amount = "240.00", falls = "10.00" },
}
