-- A session is one event: what its reports add up to costs what one event of as much costs.
cases "minutes and blocks that have begun are paid" {
    holds = "prepaid",
    event = { at = "2026-03-10 10:00:00" },
    columns = { "name", "service", "seconds", "bytes", "=> amount", "=> tariff" },
    { "nothing", "voice", 0, nil, "0.00", "voice" },
    { "four started minutes and ten seconds of the fifth", "voice", 250, nil, "0.75", "voice" },
    { "to the end of the fifth", "voice", 300, nil, "0.75", "voice" },
    { "seven started minutes", "voice", 390, nil, "1.05", "voice" },
    { "a byte", "data", nil, 1, "0.01", "data" },
    { "a block", "data", nil, 102400, "0.01", "data" },
    { "a byte more", "data", nil, 102401, "0.02", "data" },
    { "a quota", "data", nil, "10 MB", "1.03", "data" },
}
