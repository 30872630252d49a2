texts "en" {
    catalog = { own_units = "Own units" },
    product = { mobile = "Mobile line" },
    service = { sms = "Messages", mms = "Pictures", voice = "Calls", data = "Data" },
    package = { basic = "Basic", three = "Three messages" },
    allowance = { free = "Free messages" },
    used = { sms = "Message", mms = "Picture", voice = "Call", data = "Data" },
}
