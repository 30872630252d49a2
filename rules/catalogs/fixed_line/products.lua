-- What is delivered, and what it can be used for.

service "voice" {
    unit = "second",
    zones = "dialled",
}

product "pstn" {
    kind = "standard",
    services = { "voice" },
}
