-- The stored procedures. charge: charges one call. ready, prepare and totals: for the runner. Loaded when the spaces exist,
-- so that they are looked up once.

local subscriptions, ledger = box.space.subscriptions, box.space.ledger

local MINUTE, DAY = 60000, 86400000
local SHANGHAI = 8 * 60 * MINUTE
local FREE_MINUTES = 100

local floor, ceil = math.floor, math.ceil

-- Of the minutes before minute `x` (counted from some midnight), how many are between 07:00 and 21:00.
local function day_minutes(x)
    local past = x % 1440 - 420
    return 840 * floor(x / 1440) + (past < 0 and 0 or past > 840 and 840 or past)
end

-- Months since the year 0, of a count of days since 1970.
local function month_of(day)
    local shifted = day + 719468
    local era = floor(shifted / 146097)
    local of_era = shifted - era * 146097
    local year = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524) - floor(of_era / 146096)) / 365)
    local of_year = of_era - (365 * year + floor(year / 4) - floor(year / 100))
    return (era * 400 + year) * 12 + floor((5 * of_year + 2) / 153) + 2
end

-- The ledger's primary key is the request id, so it also knows repeats.
function charge(id, service, to, at, seconds)
    local before = ledger:get(id)
    if before then
        return 'repeat', before[7]
    end
    local subscription = subscriptions:get(service)
    if not subscription then
        return 'refused UNKNOWN_SUBSCRIPTION'
    end
    local _, balance, used, month = subscription:unpack()
    local start = at + SHANGHAI
    local minutes = ceil(seconds / 60)
    local now = month_of(floor(start / DAY))
    if now ~= month then
        used = 0
    end
    local free = FREE_MINUTES - used
    if free > minutes then
        free = minutes
    end
    -- 0.15 a minute by day, 0.08 otherwise, by the minute's first moment; 07:00 and 21:00 are whole minutes, so the minute
    -- in which that moment lies decides.
    local first = floor(start / MINUTE) + free
    local paid = minutes - free
    local fen = 8 * paid + 7 * (day_minutes(first + paid) - day_minutes(first))
    if fen > balance then
        return 'refused BALANCE_TOO_LOW'
    end
    box.begin()
    subscriptions:replace { service, balance - fen, used + free, now }
    ledger:insert { id, service, to, at, seconds, free, fen, balance - fen }
    box.commit()
    return 'charged', fen
end

-- True once the runner can go on.
function ready()
    return true
end

-- Subscriptions first to last - 1, with the free minutes that calls_minutes_used_before() (bench/load/calls.c) says.
function prepare(first, last, month, fen)
    box.begin()
    for number = first, last - 1 do
        local used = math.min(FREE_MINUTES, number * 7919 % 201)
        subscriptions:insert { string.format('s%07d', number), fen, used, month }
    end
    box.commit()
end

-- The fen in all subscriptions, and the number and fen of all ledger entries.
function totals()
    local balances, entries, fen = 0LL, 0, 0LL
    for _, subscription in subscriptions:pairs() do
        balances = balances + subscription[2]
    end
    for _, entry in ledger:pairs() do
        entries = entries + 1
        fen = fen + entry[7]
    end
    return tostring(balances), entries, tostring(fen)
end
