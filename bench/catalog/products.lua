product "line" { services = { "voice" } }
