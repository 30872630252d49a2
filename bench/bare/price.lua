-- What a call costs, in fen: 0.15 a started minute from 07:00 to 21:00 in Shanghai, otherwise 0.08, by each minute's
-- first moment; the first minutes of the month are free as long as there are any left.
-- No loop: a closed form.

local MINUTE <const> = 60000
local DAY <const> = 86400000
local SHANGHAI <const> = 8 * 60 * MINUTE
local FREE_MINUTES <const> = 100

-- Of the minutes before minute `x` (counted from some midnight), how many are between 07:00 and 21:00.
local function day_minutes(x)
    local past = x % 1440 - 420
    return 840 * (x // 1440) + (past < 0 and 0 or past > 840 and 840 or past)
end

-- Months since the year 0, of a count of days since 1970 (the civil calendar, in closed form).
local function month_of(day)
    local shifted = day + 719468
    local era = shifted // 146097
    local of_era = shifted - era * 146097
    local year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    local of_year = of_era - (365 * year + year // 4 - year // 100)
    local month = (5 * of_year + 2) // 153
    return (era * 400 + year) * 12 + month + 2
end

-- used, month: what the account's counter says. Returns the fen to pay and the counter's new values.
return function(at, seconds, used, month)
    local start = at + SHANGHAI
    local minutes = (seconds + 59) // 60
    local now = month_of(start // DAY)
    if now ~= month then
        used = 0
    end
    local free = FREE_MINUTES - used
    if free > minutes then
        free = minutes
    end
    -- 07:00 and 21:00 are whole minutes, so the minute in which a started minute's first moment lies decides its price.
    local first = start // MINUTE + free
    local paid = minutes - free
    return 8 * paid + 7 * (day_minutes(first + paid) - day_minutes(first)), used + free, now
end
