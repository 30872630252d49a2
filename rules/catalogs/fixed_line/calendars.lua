-- Bands of domestic calls. The first row that matches wins; hours are half-open, so that 07:00:00 is day.

calendar "domestic" {
    holidays = "holidays-cn",

    { "holiday", days = "holiday" },
    { "night", hours = "00:00-07:00" },
    { "weekend", days = { "saturday", "sunday" }, except = "workday" },    -- a swapped workday is a workday
    { "day", rest = true },
}
