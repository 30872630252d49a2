-- Where calls go to: every row of the zone map, and the numbers at its edges.

cases "zones by the digits dialled" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", at = "2026-09-18 12:00:00", seconds = 60 },
    columns = { "name", "to", "=> zone" },

    { "police", "110", "free" },
    { "fire", "119", "free" },
    { "ambulance", "120", "free" },
    { "traffic police", "122", "free" },
    { "the operator's own line", "10000", "free" },
    { "one digit more than 110", "1101", "local" },
    { "one digit more than 10000", "100001", "local" },

    { "800 and ten digits", "8008301234", "free" },
    { "800 and seven digits", "8001234", "local" },
    { "800 and nine digits", "800123456", "local" },
    { "800 and eleven digits", "80012345678", "local" },

    { "Hong Kong", "0085221234567", "hmt" },
    { "Macao", "0085328123456", "hmt" },
    { "Taiwan", "00886212345678", "hmt" },

    { "a country code of one digit", "0012125550123", "international" },
    { "a country code of two digits", "00442071234567", "international" },
    { "a country code of three digits", "003580912345", "international" },
    { "North Korea beside Hong Kong", "008502123456", "international" },

    { "the caller's own area code", "07715507882", "local" },
    { "another area code", "07722820022", "domestic" },
    { "Beijing", "01087654321", "domestic" },
    { "0 and a mobile number", "013800138000", "domestic" },
    { "only the own area code", "0771", "local" },
    { "less than the own area code", "077", "domestic" },

    { "seven digits", "5507882", "local" },
    { "a mobile number", "13800138000", "local" },
    { "400", "4008123456", "local" },
}

cases "the area code of the caller" {
    holds = "fixed_line",
    event = { service = "voice", at = "2026-09-18 12:00:00", seconds = 60 },
    columns = { "from", "to", "=> zone" },

    { "01087654321", "01012345678", "local" },
    { "01087654321", "01112345678", "domestic" },
    { "02187654321", "02112345678", "local" },
    { "02187654321", "02212345678", "domestic" },
    { "07722820022", "07721234567", "local" },
    { "07722820022", "07712345678", "domestic" },
    { "13800138000", "07712345678", "domestic" },
}

cases "numbers that are refused" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", at = "2026-09-18 12:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE" },
    columns = { "name", "to", "=> nearest" },

    { "a country code that does not exist", "00999123456", "zone" },
    { "only 00", "00", "zone" },
    { "letters", "sales", "digits" },
    { "a plus", "+442071234567", "digits" },
    { "a star", "*98", "digits" },
}

test "a call to nowhere" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", at = "2026-09-18 12:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "digits" },
}
