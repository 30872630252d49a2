-- Messages that enterprises buy in advance, so many at a time, and their users send.

catalog "messages" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

-- The sender says how many characters a message has, as UTF-16 code units: up to 70 are one message, of a longer one each
-- 67 that have begun are one.
service "sms" { unit = "item", zones = "receivers", count = { of = "characters", whole = 70, block = 67 } }
service "mms" { unit = "item", zones = "receivers" }

product "sender" { services = { "sms", "mms" } }

zones "receivers" {
    { refuse = "barred", prefix = column "barred.number" },
    { "open", rest = true },
}

plan "messages" {
    base = "sending",
    optional = { "sms_10000", "sms_1000", "mms_500", "a_day_100", "a_day_1000" },
}

offering "messages" { plans = "messages" }
