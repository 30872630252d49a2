-- Lines of a family: the more there are, the less a call costs.
package "family" {
    kind = "plugin", from = "2019-01-01",
    members = { { product = "line", count = "1..6" } },

    discount {
        id = "calls", say = "family.calls",
        on = { service = "voice" },
        off = { { "0%", up_to = 1 }, { "5%", up_to = 3 }, { "10%" } },
        tiers = { by = "members" },
        stack = "best", per = "event",
    },

    discount {
        id = "bill", say = "family.bill",
        off = { { "0.00", up_to = 3 }, { "2.00" } },
        tiers = { by = "members" },
        stack = "add", per = "bill",
    },
}
