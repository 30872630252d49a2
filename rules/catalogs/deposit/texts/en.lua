texts "en" {
    catalog = { deposit = "Deposits and gifts" },
    product = { mobile = "Mobile line" },
    service = { voice = "Calls", sms = "Short messages", data = "Data", content = "Content of service providers" },
    package = { mobile = "Mobile", fee_20 = "Monthly fee", deposit_600 = "Store 600, get 190" },
    plan = { mobile = "Mobile" },
    offering = { mobile = "Mobile" },
    used = { voice = "Call", sms = "Short message", data = "Data", content = "Content" },
    charge = { fee = "Monthly fee" },
    deposit = { stored = "Deposit of 600" },
    gift = { bonus = "Gift" },
}
