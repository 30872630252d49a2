-- From an operator's requirement to the day on which its rent starts.

life_cycle "requirement" {
    begins = "required",

    state { id = "required", within = "90 days", late = "release" },
    state { id = "merged" },                                        -- on a site, perhaps with those of other operators
    state { id = "surveyed", within = "10 days", late = "send_back" },
    state { id = "confirmed" },
    state { id = "refused", within = "60 days", late = "release" }, -- the survey failed: to be merged again
    state { id = "agreed" },                                        -- with the site's owner
    state { id = "priced", within = "30 days", late = "return" },
    state { id = "accepted" },
    state { id = "rented", final = true },
    state { id = "released", final = true },

    move { id = "merge", from = { "required", "refused" }, to = "merged", by = "planner", needs = { site = "text", role = "text" },
        does = "join" },
    move { id = "survey", from = "merged", to = "surveyed", by = "surveyor", needs = { surveyed_on = "date", height = "number" },
        does = "notify" },
    move { id = "send_back", from = "surveyed", to = "merged", by = "planner" },
    move { id = "confirm", from = "surveyed", to = "confirmed", by = "planner" },
    move { id = "refuse", from = "surveyed", to = "refused", by = "planner", needs = { reason = "text" }, does = "leave" },
    move { id = "agree", from = "confirmed", to = "agreed", by = "site_manager", needs = { agreement = "text" } },
    move { id = "set_price", from = "agreed", to = "priced", by = "accountant",
        needs = { build_cost = "money", years = "integer", upkeep = "money" }, does = { "price", "notify" } },
    move { id = "return", from = "priced", to = "agreed", by = "operator" },
    move { id = "accept", from = "priced", to = "accepted", by = "operator", needs = { accepted_on = "date" } },
    move { id = "start_rent", from = "accepted", to = "rented", by = "accountant", needs = { rent_from = "date" }, does = "begin" },
    move { id = "release", from = { "required", "merged", "surveyed", "confirmed", "refused", "agreed", "priced" }, to = "released",
        by = { "operator", "planner" }, does = { "leave", "notify" } },
}
