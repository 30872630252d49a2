-- What is delivered, how usage is counted, where a call goes to, and the bands of the day.

service "voice" { unit = "second", zones = "dialled" }

product "line" { services = "voice" }

zones "dialled" {
    { "free", number = { "110", "119", "120" } },
    { "distant", prefix = "0" },
    { "local", rest = true },
}

calendar "day_night" {
    { "day", hours = "07:00-21:00" },
    { "night", rest = true },
}
