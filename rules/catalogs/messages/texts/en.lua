texts "en" {
    catalog = { messages = "Message reseller" },
    product = { sender = "Sending messages" },
    service = { sms = "Short messages", mms = "Multimedia messages" },
    package = {
        sending = "Sending", sms_10000 = "10,000 short messages", sms_1000 = "1,000 short messages", mms_500 = "500 multimedia messages",
        a_day_100 = "100 messages a day", a_day_1000 = "1,000 messages a day",
    },
    plan = { messages = "Messages" },
    offering = { messages = "Messages" },
    allowance = { units = "Messages bought in advance" },
    zone = { open = "open" },
    refusal = { barred = "nothing may be sent to this number" },
    sms = {
        sent = "Short message", too_few = "too few short messages are left",
        low = "{left} of {amount} short messages are left ({package})",
        ends = "{left} short messages ({package}) can be sent until {last}, and not after it",
    },
    mms = {
        sent = "Multimedia message", too_few = "too few multimedia messages are left",
        low = "{left} of {amount} multimedia messages are left ({package})",
        ends = "{left} multimedia messages ({package}) can be sent until {last}, and not after it",
    },
    not_delivered = "Not delivered",
    enough_today = "no more messages today",
}
