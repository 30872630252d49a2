-- What is given for paying in: more from 100.00 on, most from 300.00 on, and once something to begin with.

topup "hundred" {
    at_least = "100.00", bonus = "5%", round = "0.01 down", valid = "2 months", pays = { service = "voice" },
    extends = "30 days", stack = "best", say = "topup.hundred",
}

topup "three_hundred" {
    at_least = "300.00", bonus = "30.00", valid = "6 months", extends = "90 days", stack = "best", say = "topup.three_hundred",
}

topup "welcome" {
    at_least = "50.00", bonus = "10.00", to = "balance", every = "once", stack = "add",
    from = "2026-01-01", till = "2027-01-01", say = "topup.welcome",
}
