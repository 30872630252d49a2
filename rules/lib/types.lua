-- Readers of single values: each takes what a script wrote, the place and the type's parameters, and gives the normal form, or
-- nil after it has reported what is wrong. `wanted` says what a type wants, for sentences.

local use, native = ...
local report = use "report"
local declare = use "declare"

local types = {}
local readers = {}
types.readers = readers

local find, at = report.find, report.at

local wanted = {
    id = { en = "an id of letters, digits, '_' and '-', such as \"local_voice\"",
        zh = "由字母、数字、“_”与“-”组成的编号，例如 \"local_voice\"", like = '"local_voice"' },
    text = { en = "a text in quotes", zh = "引号中的文本", like = '"…"' },
    text_key = { en = "the key of a text, such as \"voice.local\"", zh = "文本的键，例如 \"voice.local\"", like = '"voice.local"' },
    integer = { en = "a whole number", zh = "整数", like = "60" },
    flag = { en = "true or false", zh = "true 或 false", like = "true" },
    yes = { en = "true", zh = "true", like = "true" },
    money = { en = "an amount in quotes, such as \"0.15\", with at most 6 decimals",
        zh = "引号中的金额，例如 \"0.15\"，至多 6 位小数", like = '"0.15"' },
    quantity = { en = "a quantity with its unit, such as \"6 s\", \"3 minutes\", \"1 MB\", \"1 item\"",
        zh = "带单位的数量，例如 \"6 s\"、\"3 minutes\"、\"1 MB\"、\"1 item\"", like = '"60 s"' },
    conversion = { en = "a conversion, such as \"1 minute = 1 MB\"", zh = "换算，例如 \"1 minute = 1 MB\"", like = '"1 minute = 1 MB"' },
    unit = { en = "a unit, such as \"minute\" or \"MB\"", zh = "单位，例如 \"minute\" 或 \"MB\"", like = '"minute"' },
    date = { en = "a day that exists, such as \"2026-01-31\", from 1900 to 2199",
        zh = "1900 至 2199 年中存在的日期，例如 \"2026-01-31\"", like = '"2026-01-31"' },
    hours = { en = "hours such as \"07:00-21:00\"", zh = "时间，例如 \"07:00-21:00\"", like = '"07:00-21:00"' },
    day = { en = "\"monday\" to \"sunday\", \"monday-friday\", \"holiday\" or \"workday\"",
        zh = "\"monday\" 至 \"sunday\"、\"monday-friday\"、\"holiday\" 或 \"workday\"", like = '"saturday"' },
    digits = { en = "1 to 32 digits in quotes, such as \"0771\"", zh = "引号中的 1 至 32 位数字，例如 \"0771\"", like = '"0771"' },
    prefix = { en = "digits in quotes, such as \"0771\", or \"@own_area\"",
        zh = "引号中的数字，例如 \"0771\"，或 \"@own_area\"", like = '"0771"' },
    digit_count = { en = "a number of digits from 1 to 32, such as 10 or \"7..11\"",
        zh = "1 至 32 的位数，例如 10 或 \"7..11\"", like = "10" },
    currency = { en = "three capital letters, such as \"CNY\"", zh = "三个大写字母，例如 \"CNY\"", like = '"CNY"' },
    time_zone = { en = "a time zone, such as \"Asia/Shanghai\"", zh = "时区，例如 \"Asia/Shanghai\"", like = '"Asia/Shanghai"' },
    rounding = { en = "a step and a mode, such as \"0.01 half_up\"", zh = "步长与方式，例如 \"0.01 half_up\"", like = '"0.01 half_up"' },
    ["function"] = { en = "a function, such as function(c) return c.seconds > 60 end",
        zh = "函数，例如 function(c) return c.seconds > 60 end", like = "function(c) return … end" },
    column_name = { en = "the name of a column", zh = "列名", like = '"name"' },
    time_format = { en = "a form such as \"YYYY-MM-DD hh:mm:ss\", or \"rfc3339\", \"unix\" or \"unix_ms\"",
        zh = "形如 \"YYYY-MM-DD hh:mm:ss\" 的格式，或 \"rfc3339\"、\"unix\"、\"unix_ms\"", like = '"YYYY-MM-DD hh:mm:ss"' },
    source = { en = "a text, column \"name\", or a function(row)", zh = "文本、column \"列名\" 或 function(row)", like = 'column "name"' },
    moment = { en = "a local time such as \"2026-09-18 12:00:00\", a day, or a time with an offset such as \"2026-09-18T12:00:00+08:00\"",
        zh = "当地时间，例如 \"2026-09-18 12:00:00\"，日期，或带时差的时间，例如 \"2026-09-18T12:00:00+08:00\"", like = '"2026-09-18 12:00:00"' },
    amount_of = { en = "a whole number, or a quantity such as \"3 minutes\"", zh = "整数，或例如 \"3 minutes\" 的数量", like = "60" },
    attribute = { en = "a text or a whole number", zh = "文本或整数", like = '"text"' },
    tier = { en = "a tier, such as { \"0.15\", up_to = 300 }", zh = "一个阶梯，例如 { \"0.15\", up_to = 300 }",
        like = '{ "0.15", up_to = 300 }' },
    cycles = { en = "1 to 24 cycles, such as \"1 month\"", zh = "1 至 24 个周期，例如 \"1 month\"", like = '"1 month"' },
    off = { en = "a percentage or an amount in quotes, such as \"20%\" or \"0.05\"",
        zh = "引号中的百分比或金额，例如 \"20%\" 或 \"0.05\"", like = '"20%"' },
    off_tier = { en = "a tier, such as { \"10%\", up_to = \"100.00\" }", zh = "一个阶梯，例如 { \"10%\", up_to = \"100.00\" }",
        like = '{ "10%", up_to = "100.00" }' },
    duration = { en = "a stretch of time, such as \"90 minutes\", \"10 days\" or \"1 month\"",
        zh = "一段时间，例如 \"90 minutes\"、\"10 days\" 或 \"1 month\"", like = '"1 month"' },
    table = { en = "a table in braces", zh = "花括号中的表", like = "{ … }" },
    column = { en = "column \"table.column\"", zh = "column \"表.列\"", like = 'column "table.column"' },
}
types.wanted = wanted

-- The name of the field that a place lies in; the word itself at the top.
function types.field_of(place)
    while place.up and type(place.key) ~= "string" do
        place = place.up
    end
    return place.up and place.key or place.declaration.word
end

-- What somebody wrote, for sentences.
function types.show(value)
    local kind = type(value)
    if kind == "string" then
        local shown = '"' .. native.shorten(value) .. '"'
        return { en = "the text " .. shown, zh = "文本 " .. shown }
    elseif kind == "number" then
        return { en = "the number " .. tostring(value), zh = "数字 " .. tostring(value) }
    elseif kind == "boolean" then
        return { en = tostring(value), zh = tostring(value) }
    elseif kind == "table" then
        local declaration = declare.made(value)
        if declaration then
            return { en = declaration.word .. " { … }", zh = declaration.word .. " { … }" }
        end
        return { en = "a table", zh = "表" }
    elseif kind == "function" then
        return { en = "a function", zh = "函数" }
    elseif kind == "nil" then
        return { en = "nothing", zh = "空" }
    end
    return { en = "an exact number", zh = "精确数" }
end

-- What was typed with full-width letters, as it should be; nil if it was not, or something else remains.
local function half_width(text)
    local half = string.gsub(text, "\u{3002}", ".")
    half = string.gsub(half, "\xe2\x80[\x90-\x95]", "-")
    half = string.gsub(half, "\xef([\xbc\xbd])([\x80-\xbf])", function(block, letter)     -- U+FF01 to U+FF5E
        local code = (block == "\xbc" and 0x20 or 0x60) + string.byte(letter) - 0x80
        return code > 0x20 and code < 0x7f and string.char(code) or nil
    end)
    return half ~= text and not string.find(half, "[\x80-\xff]") and half or nil
end

function types.wrong(value, place, want)
    if not declare.is_nothing(value) then
        local half = type(value) == "string" and want ~= wanted.text and half_width(value)
        find("wrong_type", place, { field = types.field_of(place), wanted = want, got = types.show(value),
            like = half and '"' .. half .. '"' or want.like })
    end
    return nil
end
local wrong = types.wrong

-- A number in the place of a decimal: said apart, because it is the mistake that everybody makes once.
local function is_number_for_decimal(value, place, percent)
    if type(value) ~= "number" then
        return false
    end
    local got = tostring(value)
    local like = '"' .. got .. '"'
    if percent then
        local parts = string.format("%g", value * 100)
        like = { en = '"' .. parts .. '%" of the price, or "' .. got .. '" as an amount',
            zh = '"' .. parts .. '%" 为比例，"' .. got .. '" 为金额' }
    end
    find("float_for_decimal", place, { field = types.field_of(place), got = got, like = like })
    return true
end

-- A reader of texts that match a pattern.
local function pattern_reader(name, pattern, length_max)
    return function(value, place)
        if type(value) ~= "string" or #value > length_max or not string.find(value, pattern) then
            return wrong(value, place, wanted[name])
        end
        return value
    end
end

readers.id = pattern_reader("id", "^%a[%w_-]*$", 64)
readers.text_key = pattern_reader("text_key", "^%a[%w_.-]*$", 64)
readers.currency = pattern_reader("currency", "^%u%u%u$", 3)
readers.time_zone = pattern_reader("time_zone", "^%a[%w_+/-]*$", 63)
readers.digits = pattern_reader("digits", "^%d+$", 32)
readers.column_name = pattern_reader("column_name", "^[^%c]+$", 64)

function readers.text(value, place)
    if type(value) ~= "string" or not native.is_text(value) then
        return wrong(value, place, wanted.text)
    end
    return value
end

function readers.yes(value, place)
    if value ~= true then
        return wrong(value, place, wanted.yes)
    end
    return true
end

function readers.flag(value, place)
    if type(value) ~= "boolean" then
        return wrong(value, place, wanted.flag)
    end
    return value
end

function readers.integer(value, place, min, max)
    if math.type(value) ~= "integer" then
        return wrong(value, place, wanted.integer)
    elseif value < min or value > max then
        find("out_of_range", place, { field = types.field_of(place), got = value,
            range = { en = min .. " to " .. max, zh = "在 " .. min .. " 至 " .. max .. " 之间" } })
        return nil
    end
    return value
end

-- Micro-units, from "0.15" or money "0.15".
function readers.money(value, place, min)
    if is_number_for_decimal(value, place) then
        return nil
    end
    local micros = native.micros(value)
    if not micros then
        return wrong(value, place, wanted.money)
    elseif min and micros < min then
        find("negative_price", place, { field = types.field_of(place), got = native.amount(micros) })
        return nil
    end
    return micros
end

-- unit → { what it counts, how many of those }
local units = {
    s = { "second", 1 }, second = { "second", 1 }, seconds = { "second", 1 },
    min = { "second", 60 }, minute = { "second", 60 }, minutes = { "second", 60 },
    h = { "second", 3600 }, hour = { "second", 3600 }, hours = { "second", 3600 },
    B = { "byte", 1 }, byte = { "byte", 1 }, bytes = { "byte", 1 },
    KB = { "byte", 1024 }, MB = { "byte", 1024 * 1024 }, GB = { "byte", 1024 * 1024 * 1024 },
    item = { "item", 1 }, items = { "item", 1 },
}

local unit_names = {
    second = { en = "seconds", zh = "秒" }, byte = { en = "bytes", zh = "字节" }, item = { en = "items", zh = "条" },
}
types.unit_names = unit_names

function readers.unit(value, place)
    local unit = units[value]
    if not unit then
        return wrong(value, place, wanted.unit)
    end
    return { what = unit[1], size = unit[2] }
end

-- count units, or nil when that is more than can be counted
local function multiply(count, unit)
    if count <= math.maxinteger // unit[2] then
        return { what = unit[1], count = count * unit[2] }
    end
end

-- { what = "second", count = 180 }, from "3 minutes"; nil if it is no quantity
function types.quantity_of(value)
    local count, unit = string.match(type(value) == "string" and value or "", "^(%d+) (%a+)$")
    count = count and #count <= 18 and math.tointeger(tonumber(count))
    return count and units[unit] and multiply(count, units[unit]) or nil
end

function readers.quantity(value, place, min)
    local quantity = types.quantity_of(value)
    if not quantity then
        return wrong(value, place, wanted.quantity)
    elseif quantity.count < (min or 0) then
        find("step_of_zero", place, { field = types.field_of(place) })
        return nil
    end
    return quantity
end

-- 300, or "300 minutes"
function readers.allowance_amount(value, place)
    if math.type(value) == "integer" then
        return readers.integer(value, place, 1, 1 << 40)
    end
    return readers.quantity(value, place, 1)
end

local cycles = { day = "day", days = "day", month = "month", months = "month", year = "year", years = "year" }

-- { count = 1, every = "month" }, from "1 month"
function readers.cycles(value, place)
    local count, every = string.match(type(value) == "string" and value or "", "^(%d%d?) (%a+)$")
    count = math.tointeger(tonumber(count))
    if not count or count < 1 or count > 24 or not cycles[every] then
        return wrong(value, place, wanted.cycles)
    end
    return { count = count, every = cycles[every] }
end

local durations = { s = 1, second = 1, seconds = 1, min = 60, minute = 60, minutes = 60, h = 3600, hour = 3600, hours = 3600 }

-- { count = 90, every = "second" | "day" | "month" | "year" }, from "90 minutes" or "1 month"
function readers.duration(value, place)
    local digits, unit = string.match(type(value) == "string" and value or "", "^(%d%d?%d?%d?%d?%d?) (%a+)$")
    local count = math.tointeger(tonumber(digits))
    if not count or count == 0 or not durations[unit] and not cycles[unit] then
        return wrong(value, place, wanted.duration)
    end
    return { count = count * (durations[unit] or 1), every = cycles[unit] or "second" }
end

-- { day = …, text = "2026-01-31" }
function readers.date(value, place)
    local day = type(value) == "string" and native.day(value)
    if not day then
        return wrong(value, place, wanted.date)
    end
    return { day = day, text = value }
end

-- { from, till } in minutes; till is smaller where the hours pass midnight
function readers.hours(value, place)
    local h1, m1, h2, m2 = string.match(type(value) == "string" and value or "", "^(%d%d):(%d%d)-(%d%d):(%d%d)$")
    if not h1 or tonumber(m1) > 59 or tonumber(m2) > 59 then
        return wrong(value, place, wanted.hours)
    end
    local from = math.tointeger(tonumber(h1)) * 60 + math.tointeger(tonumber(m1))
    local till = math.tointeger(tonumber(h2)) * 60 + math.tointeger(tonumber(m2))
    if from >= 1440 or till > 1440 or from == till then
        return wrong(value, place, wanted.hours)
    end
    return { from = from, till = till }
end

local weekdays = { sunday = 0, monday = 1, tuesday = 2, wednesday = 3, thursday = 4, friday = 5, saturday = 6 }
types.weekdays = weekdays

-- { kind = 1 or 2 }, or { weekdays = { [0] = true, … } }
function readers.day(value, place)
    if value == "holiday" or value == "workday" then
        return { kind = value == "holiday" and 1 or 2 }
    end
    local from, till = string.match(type(value) == "string" and value or "", "^(%a+)-?(%a*)$")
    local first, last = weekdays[from], weekdays[till ~= "" and till or from]
    if not first or not last or (till == "" and string.find(value, "-", 1, true)) then
        return wrong(value, place, wanted.day)
    end
    local days = { [last] = true }
    while first ~= last do
        days[first] = true
        first = (first + 1) % 7
    end
    return { weekdays = days }
end

function readers.prefix(value, place)
    if value == "@own_area" then
        return value
    elseif type(value) ~= "string" or not string.find(value, "^%d+$") or #value > 32 then
        return wrong(value, place, wanted.prefix)
    end
    return value
end

-- { min, max }
function readers.digit_count(value, place)
    local min, max = value, value
    if type(value) == "string" then
        min, max = string.match(value, "^(%d%d?)%.%.(%d%d?)$")
        min, max = math.tointeger(tonumber(min)), math.tointeger(tonumber(max))
    end
    if math.type(min) ~= "integer" or min < 1 or max > 32 or min > max then
        return wrong(value, place, wanted.digit_count)
    end
    return { min = min, max = max }
end

-- { step = micro-units, mode = "half_up" }
function readers.rounding(value, place)
    local step, mode = string.match(type(value) == "string" and value or "", "^(%S+) (%S+)$")
    local micros = step and native.micros(step)
    if not micros or micros <= 0 or not native.is_rounding(mode) then
        return wrong(value, place, wanted.rounding)
    end
    return { step = micros, mode = mode }
end

-- Functions that were read, with the name of what their first parameter is (schema.contexts).
types.functions = {}

readers["function"] = function(value, place, context)
    if type(value) ~= "function" then
        return wrong(value, place, wanted["function"])
    end
    table.insert(types.functions, { call = value, context = context or "usage" })
    return value
end

function readers.one_of(value, place, ...)
    local choices = { ... }
    for _, choice in ipairs(choices) do
        if value == choice then
            return value
        end
    end
    local listed = '"' .. table.concat(choices, '", "') .. '"'
    if type(value) ~= "string" then
        return wrong(value, place, { en = "one of " .. listed, zh = listed .. " 之一", like = '"' .. choices[1] .. '"' })
    end
    find("unknown_choice", place, { field = types.field_of(place), name = native.shorten(value), choices = listed,
        near = report.nearest(value, choices) })
    return nil
end

-- Every name of something that a word declares: { what, name, place }. Looked up when everything has been read.
types.references = {}

function readers.name_of(value, place, what)
    local name = readers.id(value, place)
    if name then
        table.insert(types.references, { what = what, name = name, place = place })
    end
    return name
end

-- { ms, is_local }: milliseconds since 1970, of local time or of UTC; nil if it is no moment
function types.moment_of(value)
    local ms, is_local = native.moment(value)
    return ms and { ms = ms, is_local = is_local } or nil
end

function readers.moment(value, place)
    return types.moment_of(value) or wrong(value, place, wanted.moment)
end

-- 65, or "2 minutes", of something counted in a unit: a whole number
function readers.amount_of(value, place, unit)
    if math.type(value) == "integer" then
        return readers.integer(value, place, 0, 1 << 53)
    end
    local quantity = readers.quantity(value, place, 0)
    if quantity and quantity.what ~= unit then
        return wrong(value, place, { en = "a quantity in " .. unit_names[unit].en, zh = "以" .. unit_names[unit].zh .. "计的数量",
            like = "60" })
    end
    return quantity and quantity.count
end

-- A list of { name, text or number } by name.
function readers.attributes(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return wrong(value, place, wanted.table)
    end
    local list = {}
    for name, given in report.entries(value) do
        local id = readers.id(name, at(place, name))
        local kind = math.type(given) == "integer" and "number" or type(given) == "string" and native.is_text(given) and "text"
        if not kind then
            wrong(given, at(place, name), wanted.attribute)
        elseif id then
            list[#list + 1] = { name = id, [kind] = given }
        end
    end
    table.sort(list, function(a, b) return a.name < b.name end)
    return list
end

-- A list of { package, allowance, amount } from { ["package.allowance"] = 60 or "1 minute" }, or "45.00" of what counts money.
-- The name may end in the first day of another cycle than that of the event.
function readers.used(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return wrong(value, place, wanted.table)
    end
    local list = {}
    for name, given in report.entries(value) do
        local inner = at(place, name)
        local package, allowance, day = string.match(type(name) == "string" and name or "", "^([%w_-]+)%.([%w_.-]+) ?(%S*)$")
        local cycle = day and day ~= "" and readers.date(day, inner)
        local amount = given
        if type(given) == "string" and string.find(given, "^%d+%.%d+$") then
            amount = readers.money(given, inner, 0)
        elseif math.type(given) ~= "integer" then
            local quantity = readers.quantity(given, inner, 0)
            amount = quantity and quantity.count
        end
        if not package then
            wrong(name, inner, { en = "\"package.allowance\"", zh = "\"优惠包.资源\"", like = '["e6.minutes"] = "97 minutes"' })
        elseif amount and (day == "" or cycle) then
            list[#list + 1] = { package = package, allowance = allowance, amount = amount, cycle = cycle and cycle.day or nil,
                name = name }
        end
    end
    table.sort(list, function(a, b) return a.name < b.name end)
    return list
end

local time_words = { rfc3339 = true, unix = true, unix_ms = true }

-- A form in which each part of a time stands once, in a fixed place.
function readers.time_format(value, place)
    local sound = type(value) == "string" and #value <= 32
    for _, part in ipairs { "YYYY", "MM", "DD", "hh", "mm", "ss" } do
        local first = sound and string.find(value, part, 1, true)
        sound = first and not string.find(value, part, first + 1, true)
    end
    if not sound and not time_words[value] then
        return wrong(value, place, wanted.time_format)
    end
    return value
end

-- { text } as it stands, { column } or { call }, with the place
function readers.source(value, place)
    local declaration = type(value) == "table" and declare.made(value)
    if declaration and declaration.word == "column" then
        return { column = declaration.id, place = declaration.place }
    elseif type(value) == "function" then
        return { call = value, place = place }
    elseif type(value) ~= "string" or not native.is_text(value) then
        return wrong(value, place, wanted.source)
    end
    return { text = value, place = place }
end

-- A list of { name, source } by name.
function readers.sources(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return wrong(value, place, wanted.table)
    end
    local list, sound = {}, true
    for name, source in report.entries(value) do
        local inner = at(place, name)
        local id = readers.id(name, inner)
        local read = id and readers.source(source, inner)
        list[#list + 1] = { name = id, source = read }
        sound = sound and read ~= nil
    end
    if sound then
        table.sort(list, function(a, b) return a.name < b.name end)
    end
    return sound and list or nil
end

-- { name = "cell" }: cells of a decision table, which C reads
function readers.cells(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return wrong(value, place, wanted.table)
    end
    local cells, sound = {}, true
    for name, cell in report.entries(value) do
        local inner = at(place, name)
        local id, text = readers.id(name, inner), readers.text(cell, inner)
        sound = sound and id ~= nil and text ~= nil
        cells[id or ""] = text
    end
    return sound and cells or nil
end

-- "0.15", or { day = "0.15", night = "0.08" }: { one = micro-units } or { bands = { day = … } }, with the place
function readers.prices(value, place)
    if type(value) ~= "table" or declare.made(value) then
        local micros = readers.money(value, place, 0)
        return micros and { one = micros, place = place }
    end
    local prices, sound = { bands = {}, place = place }, true
    for key, price in report.entries(value) do
        local inner = at(place, key)
        if type(key) ~= "string" then
            wrong(price, inner, { en = "a price with the name of its band", zh = "带时段名的价格", like = 'day = "0.15"' })
            sound = false
        else
            prices.bands[key] = readers.money(price, inner, 0)
            sound = sound and prices.bands[key] ~= nil
        end
    end
    return sound and prices or nil
end

-- One tier: its edge, and what readers.prices gives for the rest; the price of a tier without bands stands first.
local function read_tier(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return wrong(value, place, wanted.tier)
    end
    local tier, rest, count = { place = place }, {}, 0
    for key, entry in report.entries(value) do
        if key ~= "up_to" then
            rest[key], count = entry, count + 1
        end
    end
    if count == 1 and rest[1] ~= nil then
        local micros = readers.money(rest[1], at(place, 1), 0)
        tier.prices = micros and { one = micros, place = place }
    elseif count == 0 then
        return wrong(value, place, wanted.tier)
    else
        tier.prices = readers.prices(rest, place)
    end
    if value.up_to ~= nil then
        tier.up_to = readers.allowance_amount(value.up_to, at(place, "up_to"))
    end
    return tier.prices and (value.up_to == nil or tier.up_to) and tier or nil
end

-- Prices, a list of tiers: { tiers = { { up_to, prices, place }, … } }, or where they stand: { from_table }; with the place
function readers.tiered_prices(value, place)
    if type(value) == "table" and not declare.made(value) and value.table ~= nil then
        local from = readers.record(value, place, "table_price")
        return from and { from_table = from, place = place }
    elseif type(value) ~= "table" or declare.made(value) or value[1] == nil then
        return readers.prices(value, place)
    end
    local list, sound = {}, true
    for key, entry in report.entries(value) do
        local inner = at(place, key)
        if math.type(key) ~= "integer" or key < 1 or key > #value then
            wrong(entry, inner, wanted.tier)
            sound = false
        else
            list[key] = read_tier(entry, inner)
            sound = sound and list[key] ~= nil
        end
    end
    return sound and { tiers = list, place = place } or nil
end

-- Parts per million of "20%", with at most 4 decimals; nil if it is no percentage.
local function percentage_of(value)
    local whole, decimals = string.match(type(value) == "string" and value or "", "^(%d+)%.?(%d*)%%$")
    if whole and #whole <= 6 and #decimals <= 4 and (decimals ~= "" or not string.find(value, ".", 1, true)) then
        return math.tointeger(tonumber(whole) * 10000 + tonumber(decimals .. string.rep("0", 4 - #decimals)))
    end
end

local PERCENTAGE_MAX = 1000000

-- Parts per million, at least `min` and at most all; 1 if `min` is left out.
function readers.percent(value, place, min)
    local parts = percentage_of(value)
    if not parts or parts < (min or 1) or parts > PERCENTAGE_MAX then
        return wrong(value, place, { en = "a percentage up to 100, with at most 4 decimals", zh = "不超过 100 的百分比，至多 4 位小数",
            like = '"50%"' })
    end
    return parts
end

-- How much comes off: { parts, amount, place }, parts per million of "20%" or micro-units of "0.05"; one of the two is 0.
local function read_off(value, place)
    local parts = percentage_of(value)
    if parts then
        return { parts = parts, amount = 0, place = place }
    elseif is_number_for_decimal(value, place, true) then
        return nil
    end
    local micros = native.micros(value)
    if not micros then
        return wrong(value, place, wanted.off)
    end
    micros = readers.money(value, place, 0)
    return micros and { parts = 0, amount = micros, place = place }
end

-- The bonus of a top-up is written as what comes off a price is.
readers.bonus = read_off

local MEMBERS_MAX = 1000000 -- of a group, as in words_sharing.lua

-- Where a tier ends: { micros } of "100.00", a quantity, or { members } of 3.
local function read_off_edge(value, place)
    if math.type(value) == "integer" then
        local members = readers.integer(value, place, 1, MEMBERS_MAX)
        return members and { members = members }
    elseif is_number_for_decimal(value, place) then
        return nil
    elseif native.micros(value) then
        return { micros = native.micros(value) }
    end
    return readers.quantity(value, place, 1)
end

local function read_off_tier(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return wrong(value, place, wanted.off_tier)
    end
    for key in report.entries(value) do
        if key ~= 1 and key ~= "up_to" then
            return wrong(value, at(place, key), wanted.off_tier)
        end
    end
    local tier = value[1] ~= nil and read_off(value[1], at(place, 1)) or nil
    if value[1] == nil then
        return wrong(value, place, wanted.off_tier)
    elseif tier and value.up_to ~= nil then
        tier.up_to = read_off_edge(value.up_to, at(place, "up_to"))
    end
    if not tier or value.up_to ~= nil and not tier.up_to then
        return nil
    end
    tier.place = place
    return tier
end

-- What comes off: { tiers = { { parts, amount, up_to, place }, … }, tiered, place }
function readers.off(value, place)
    if type(value) ~= "table" or declare.made(value) then
        local one = read_off(value, place)
        return one and { tiers = { one }, tiered = false, place = place }
    end
    local list, sound = {}, #value > 0
    for key, entry in report.entries(value) do
        local inner = at(place, key)
        if math.type(key) ~= "integer" or key < 1 or key > #value then
            wrong(entry, inner, wanted.off_tier)
            sound = false
        else
            list[key] = read_off_tier(entry, inner)
            sound = sound and list[key] ~= nil
        end
    end
    if #value == 0 then
        return wrong(value, place, wanted.off)
    end
    return sound and { tiers = list, tiered = true, place = place } or nil
end

return types
