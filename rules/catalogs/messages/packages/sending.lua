-- Whoever sends needs units: there is no price that money pays, and a message for which there are too few is not sent in part. What
-- could not be delivered is given back, once.

local messages = { { service = "sms" }, { service = "mms" } }

package "sending" {
    kind = "base", from = "2026-01-01",

    tariff { id = "sms", say = "sms.sent", serves = { service = "sms" }, step = "1 item", refuse = "sms.too_few" },
    tariff { id = "mms", say = "mms.sent", serves = { service = "mms" }, step = "1 item", refuse = "mms.too_few" },
    refund { id = "not_delivered", serves = messages, say = "not_delivered" },
}

-- A user may have a limit of his own.

package "a_day_100" {
    kind = "plugin", from = "2026-01-01",

    limit { id = "messages", say = "enough_today", serves = messages, amount = "100 items", every = "day" },
}

package "a_day_1000" {
    kind = "plugin", from = "2026-01-01",

    limit { id = "messages", say = "enough_today", serves = messages, amount = "1000 items", every = "day" },
}
