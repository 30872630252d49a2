-- All films, and one fee for everything: it takes the place of that of the home bundle.
package "premium" {
    kind = "plugin", from = "2019-01-01",
    effective = { default = "next_cycle", allow = { "next_cycle" } },

    charge { id = "premium_fee", every = "month", ahead = true, prorate = "day", amount = "149.00", tax = "vat_basic",
        replaces = "home_bundle.fee" },
}
