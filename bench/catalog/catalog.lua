-- What `make bench` charges by; the same as bench/oracle.py and the peers' scripts say.

catalog "bench" { currency = "CNY", zone = "Asia/Shanghai", languages = { "en", "zh" } }

service "voice" { unit = "second" }

calendar "day_night" { { "day", hours = "07:00-21:00" }, { "night", rest = true } }
