scenario "a month up to both of its limits, and the next one" {
    from = "2026-09-01 00:00:00",
    event = { service = "data", from = "13800000000" },

    buy { "data_for_all" },
    use { bytes = "1024 MB", expect = { parts = "1048576 free", amount = "0.00" } },
    expect { left = { ["data_for_all.included"] = 0 } },

    advance "10 days",
    use { bytes = "10 MB", expect = { parts = "10240", amount = "1.03" } },
    use { bytes = 6132428800, expect = { parts = "5988700", amount = "598.87" } },
    expect { charged = "599.90", used = { ["data_for_all.most"] = "599.90" } },

    -- No more than 600.00 a month, by whichever service.
    use { bytes = "10 MB", expect = { amount = "0.10" } },
    use { bytes = "10 MB", expect = { amount = "0.00" } },
    use { service = "voice", seconds = 65, expect = { amount = "0.00" } },

    -- The data that crosses 15,360 MB is charged, the next is refused until the month ends; calls and messages are not.
    use { bytes = "9000 MB", expect = { amount = "0.00" } },
    use { bytes = 1, expect = { refused = "LIMIT_REACHED", nearest = "limit" } },
    use { service = "voice", seconds = 65, expect = { amount = "0.00" } },
    use { service = "sms", items = 1, expect = { amount = "0.00" } },
    at "2026-09-30 23:59:59",
    use { bytes = 1, expect = { refused = "LIMIT_REACHED" } },
    expect { charged = "600.00" },

    at "2026-10-01 00:00:00",
    use { bytes = "10 MB", expect = { parts = "10240 free", amount = "0.00" } },
    use { service = "voice", seconds = 65, expect = { parts = "2048 free", amount = "0.00" } },
    expect { left = { ["data_for_all.included"] = "1012 MB" }, charged = "600.00" },
    use { bytes = "1012 MB", expect = { amount = "0.00" } },
    use { service = "sms", items = 1, expect = { parts = "1024", amount = "0.11" } },
    expect { charged = "600.11" },
}
