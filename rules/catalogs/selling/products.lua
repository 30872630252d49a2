service "voice" { unit = "second" }
service "data" { unit = "byte" }

product "pstn" { services = "voice" }
product "phs" { services = "voice" }
product "broadband" { services = "data" }
product "ring_tone" { kind = "ancillary", under = { "pstn", "phs" }, services = "voice" }
