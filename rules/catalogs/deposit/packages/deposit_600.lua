-- 600.00 are stored. On the first of each of the next twelve months 50.00 of them come back, with a gift that is good for two months.

local own_services = { service = { "voice", "sms", "data" }, charge = "all" }

package "deposit_600" {
    kind = "promotion", from = "2026-01-01",

    deposit {
        id = "stored", amount = "600.00",
        release = { { "50.00", times = 12 } }, every = "month",
        pays = own_services,
        cancel = "cash",
    },
    gift {
        id = "bonus", with = "stored",
        amounts = { "30.00", { "20.00", times = 5 }, { "10.00", times = 6 } }, every = "month",
        valid = "2 months",
        pays = own_services,
        suspended = "skip", cancel = "forfeit",
    },
}
