-- What a call costs, in fen: 0.15 a started minute from 07:00 to 21:00 in Shanghai, otherwise 0.08, by each minute's
-- first moment; the first minutes of the month are free as long as there are any left.
-- No loop over minutes: only over the bands that the call crosses.

local MINUTE <const> = 60000
local DAY <const> = 86400000
local DAY_FROM <const> = 7 * 60 * MINUTE
local DAY_TILL <const> = 21 * 60 * MINUTE
local OFFSET <const> = 8 * 60 * MINUTE
local FREE_MINUTES <const> = 100

local function price(start, minutes)
    local fen = 0
    while minutes > 0 do
        local moment = start % DAY
        local rate, till = 8, DAY_FROM
        if moment >= DAY_TILL then
            till = DAY + DAY_FROM
        elseif moment >= DAY_FROM then
            rate, till = 15, DAY_TILL
        end
        local count = (till - moment + MINUTE - 1) // MINUTE
        if count > minutes then
            count = minutes
        end
        fen = fen + count * rate
        minutes = minutes - count
        start = start + count * MINUTE
    end
    return fen
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
    local start = at + OFFSET
    local minutes = (seconds + 59) // 60
    local now = month_of(start // DAY)
    if now ~= month then
        used = 0
    end
    local free = FREE_MINUTES - used
    if free > minutes then
        free = minutes
    end
    return price(start + free * MINUTE, minutes - free), used + free, now
end
