texts "en" {
    catalog = { bundle = "Broadband with television" },
    service = { voice = "Calls" },
    product = { broadband = "Broadband", television = "Television", line = "Line" },
    package = { home_bundle = "Home bundle", set_top_box = "Set-top box", premium = "Premium", family = "Family" },
    plan = { home = "Home" },
    offering = { home = "Home" },
    tax = { vat_basic = "VAT, basic services", vat_other = "VAT, other services" },
    charge = { fee = "Monthly fee", leaving = "Left early", installation = "Installation", films = "Films", premium_fee = "Premium fee",
        box = "Box given back early" },
    partner = { film_house = "Film house" },
    family = { calls = "Family calls", bill = "Family bill" },
    voice = { calls = "Calls" },
}
