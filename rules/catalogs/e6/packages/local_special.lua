-- For the members of e6: a fifth off local calls beyond the free minutes.
package "local_special" {
    kind = "plugin", from = "2026-01-01",
    members = { same_as = "e6_base" },

    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = "10.00", by = "package" },

    discount {
        id = "local_off", say = "off.local",
        on = { service = "voice", zone = "local" },
        off = "20%", stack = "alone", per = "event",
        needs = "e6_base",
    },
}
