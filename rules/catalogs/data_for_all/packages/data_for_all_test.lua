cases "beyond the allowance" {
    holds = "data_for_all",
    used = { ["data_for_all.included"] = "1024 MB" },
    event = { from = "13800000000", at = "2026-09-18 12:00:00" },
    columns = { "name", "service", "bytes", "seconds", "items", "=> parts", "=> amount" },

    { "a KB that has begun is owed whole", "data", 1500, "", "", "2", "0.01" },
    { "10 MB are rounded up to the fen", "data", "10 MB", "", "", "10240", "1.03" },
    { "an odd number of bytes", "data", 123456789, "", "", "120564", "12.06" },
    { "a call of 65 s is two megabytes", "voice", "", 65, "", "2048", "0.21" },
    { "of 60 s it is one", "voice", "", 60, "", "1024", "0.11" },
    { "of a second, too", "voice", "", 1, "", "1024", "0.11" },
    { "a message is one megabyte", "sms", "", "", 1, "1024", "0.11" },
    { "nothing costs nothing", "data", 0, "", "", "", "0.00" },
}

cases "within the allowance, and across its end" {
    holds = "data_for_all",
    used = { ["data_for_all.included"] = 1072168960 }, -- 1.5 MB are left
    event = { from = "13800000000", at = "2026-09-18 12:00:00" },
    columns = { "name", "service", "bytes", "seconds", "items", "=> parts", "=> amount" },

    { "a call is split between both", "voice", "", 65, "", "1536 free, 512", "0.06" },
    { "a message is free", "sms", "", "", 1, "1024 free", "0.00" },
    { "two are not", "sms", "", "", 2, "1536 free, 512", "0.06" },
    { "the last KB is taken whole", "data", 1572864, "", "", "1536 free", "0.00" },
    { "a byte more costs a KB", "data", 1572865, "", "", "1536 free, 1", "0.01" },
}

test "the allowance counts KB that have begun" {
    holds = "data_for_all",
    used = { ["data_for_all.included"] = 1073741000 }, -- 824 bytes are left: no whole KB
    event = { service = "data", from = "13800000000", at = "2026-09-18 12:00:00", bytes = 1 },
    expect = { parts = "1", amount = "0.01" },
}

test "a new month has its allowance" {
    holds = "data_for_all",
    used = { ["data_for_all.included 2026-09-01"] = "1024 MB", ["data_for_all.most 2026-09-01"] = "600.00" },
    event = { service = "voice", from = "13800000000", at = "2026-10-01 00:00:00", seconds = 65 },
    expect = { parts = "2048 free", amount = "0.00" },
}

test "a call over the end of the month takes each minute from the month in which it begins" {
    holds = "data_for_all",
    used = { ["data_for_all.included 2026-09-01"] = "1024 MB" },
    event = { service = "voice", from = "13800000000", at = "2026-09-30 23:58:30", seconds = 180 },
    expect = { parts = "2048, 1024 free", amount = "0.21" },
}

cases "no more than 600.00 a month" {
    holds = "data_for_all",
    used = { ["data_for_all.included"] = "1024 MB", ["data_for_all.most"] = "599.90" },
    event = { from = "13800000000", at = "2026-09-18 12:00:00" },
    columns = { "name", "service", "bytes", "seconds", "items", "=> amount" },

    { "data costs what is left", "data", "10 MB", "", "", "0.10" },
    { "a call, too", "voice", "", 65, "", "0.10" },
    { "two messages, too", "sms", "", "", 2, "0.10" },
    { "what costs less is charged whole", "data", "900 KB", "", "", "0.09" },
}

test "at 600.00 nothing costs anything" {
    holds = "data_for_all",
    used = { ["data_for_all.included"] = "1024 MB", ["data_for_all.most"] = "600.00" },
    event = { service = "data", from = "13800000000", at = "2026-09-18 12:00:00", bytes = "10 MB" },
    expect = { amount = "0.00" },
}

cases "15,360 MB of data a month" {
    holds = "data_for_all",
    event = { from = "13800000000", at = "2026-09-18 12:00:00" },
    used = { ["data_for_all.data_a_month"] = 16106127359, ["data_for_all.included"] = "1024 MB" }, -- a byte less
    columns = { "name", "service", "bytes", "seconds", "items", "=> amount", "=> refused", "=> nearest" },

    { "the event that crosses is charged", "data", "10 MB", "", "", "1.03", "", "" },
}

cases "after 15,360 MB of data" {
    holds = "data_for_all",
    event = { from = "13800000000", at = "2026-09-18 12:00:00" },
    used = { ["data_for_all.data_a_month"] = "15360 MB", ["data_for_all.included"] = "1024 MB" },
    columns = { "name", "service", "bytes", "seconds", "items", "=> amount", "=> refused", "=> nearest" },

    { "data is refused", "data", 1, "", "", "", "LIMIT_REACHED", "limit" },
    { "calls are not", "voice", "", 65, "", "0.21", "", "" },
    { "nor are messages", "sms", "", "", 1, "0.11", "", "" },
}
