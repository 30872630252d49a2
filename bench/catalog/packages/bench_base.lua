package "bench_base" {
    kind = "base", from = "2020-01-01",
    allowance { id = "free_minutes", unit = "minute", amount = 100, every = "month", serves = { service = "voice" },
        shared = true }, -- by the members of a group; who is in none has 100 of its own
    tariff { id = "voice", serves = { service = "voice" }, calendar = "day_night", step = "60 s",
        price = { day = "0.15", night = "0.08" }, uses = { "free_minutes" }, round = "0.01 half_up", say = "voice.call" },
}
