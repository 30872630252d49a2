-- Where a call goes to, by the digits dialled. The longest beginning wins, whatever row it stands in.

zones "dialled" {
    of = "to",

    -- Callers of 010 and 02x have area codes of three digits, all others of four.
    area_codes = {
        { prefix = { "010", "02" }, digits = 3 },
        { prefix = "0", digits = 4 },
    },

    { "free", number = { "110", "119", "120", "122", "10000" } },
    { "free", prefix = "800", digits = 10 },

    { "hmt", prefix = "00", followed_by = { "852", "853", "886" } },
    { "international", prefix = "00", followed_by = column "country-codes.prefix" },
    { refuse = "unknown_country", prefix = "00" },

    { "local", prefix = "@own_area" },
    { "domestic", prefix = "0" },                   -- other area codes, and 0 before a mobile number
    { "local", rest = true },                       -- seven digits, mobile numbers, 400 …
}
