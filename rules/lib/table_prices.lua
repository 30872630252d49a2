-- Prices that stand in decision tables: which output is the price, and what each input is given.

local use, native = ...
local report = use "report"
local serves = use "serves"
local serving = use "serving"

local table_prices = {}
local find, at = report.find, report.at

local output_name = { en = "output of the table", zh = "该表的结果列" }
local input_name = { en = "input of the table", zh = "该表的输入列" }

-- The outputs of a table, and those of money.
local function outputs_of(built)
    local names, amounts, by_name = {}, {}, {}
    for _, column in ipairs(built.columns) do
        if column.output then
            names[#names + 1] = column.name
            by_name[column.name] = { column = column, number = #names - 1 }
            amounts[#amounts + 1] = column.type == "money" and column.name or nil
        end
    end
    return names, amounts, by_name
end

-- The output that is the price, { column, number }; nil after a finding.
local function find_output(built, from)
    local names, amounts, by_name = outputs_of(built)
    local place = from.column and at(from.place, "column") or from.place
    local name = from.column or #amounts == 1 and amounts[1]
    if not name then
        find("table_price_column", place, { table = built.id, count = #amounts, near = amounts[1] })
        return nil
    elseif not by_name[name] then
        find("unknown_name", place, { what = output_name, name = name, near = report.nearest(name, names) })
        return nil
    elseif by_name[name].column.type ~= "money" then
        find("table_price_other_type", place, { table = built.id, name = name, got = by_name[name].column.type })
        return nil
    end
    return by_name[name]
end

-- What stands in a column, in micro-units; nil after a finding.
local function amounts_of(built, column, place)
    local list = {}
    for row = built.first, #built.lines do
        local micros = native.micros(column.cells[row])
        if micros < 0 then
            find("table_price_negative", place, { table = built.id, got = column.cells[row] })
            return nil
        end
        list[#list + 1] = micros
    end
    return list
end

-- What is said in `with`, by name; what names no input is told.
local function constants_of(built, from)
    local known, constants = {}, {}
    for _, name in ipairs(built.inputs) do
        known[name] = true
    end
    for _, given in ipairs(from.with) do
        constants[given.name] = given.text or tostring(given.number)
        if not known[given.name] then
            find("unknown_name", at(at(from.place, "with"), given.name), { what = input_name, name = given.name,
                near = report.nearest(given.name, built.inputs) })
        end
    end
    return constants
end

local reasons = {
    zone = { en = "the service has no zones", zh = "该业务没有计费区" },
    band = { en = "the tariff has no calendar", zh = "该资费没有日历" },
    type = { en = "an event says texts and whole numbers only", zh = "使用的属性只有文本与整数" },
}

-- Have all services that the tariff serves zones?
local function has_zones(tariff)
    for _, one in ipairs(tariff.serves) do
        if not one.service.zones then
            return false
        end
    end
    return true
end

-- What an input is given: { kind, value }, and a reason where nothing is.
local function source_of(tariff, column, constants)
    if constants[column.name] then
        return { kind = "constant", value = constants[column.name] }
    elseif column.type == "date" then
        return { kind = "day" }
    elseif column.type == "text" and column.name == "zone" then
        return has_zones(tariff) and { kind = "zone" } or nil, reasons.zone
    elseif column.type == "text" and column.name == "band" then
        return tariff.calendar and { kind = "band" } or nil, reasons.band
    elseif column.type == "text" or column.type == "integer" then
        return { kind = "attribute" }
    end
    return nil, reasons.type
end

-- All values that an input is given, as far as they are known.
local function values_of(model, tariff, input)
    if input.kind == "constant" then
        return { input.value }
    elseif input.kind == "band" then
        return tariff.calendar.bands
    end
    local list, seen = {}, {}
    for _, one in ipairs(input.kind == "zone" and tariff.serves or {}) do
        for _, zone in ipairs(serving.zones_of(model, one.service)) do
            if zone and not seen[zone] and serves.covers({ one }, one.service, zone) then
                seen[zone] = true
                list[#list + 1] = zone
            end
        end
    end
    return list
end

local function check_values(model, built, from, tariff, input)
    for _, value in ipairs(values_of(model, tariff, input)) do
        if not native.covers(built.handle, input.number, value) then
            local place = input.kind == "constant" and at(at(from.place, "with"), input.name) or from.place
            find("table_price_outside", place, { table = built.id, name = input.name, got = value })
            return false
        end
    end
    return true
end

-- What each input is given, in order; nil after findings.
local function find_inputs(model, built, from, tariff)
    local inputs, sound, constants = {}, true, constants_of(built, from)
    for _, column in ipairs(built.columns) do
        if not column.output then
            local input, why = source_of(tariff, column, constants)
            if input then
                inputs[#inputs + 1] = input
                input.name, input.number = column.name, #inputs
                sound = check_values(model, built, from, tariff, input) and sound
            else
                find("table_price_input", from.place, { table = built.id, name = column.name, why = why })
                return nil
            end
        end
    end
    return sound and inputs or nil
end

-- The step of a tariff whose price stands in a table: as if it cost nothing, with all amounts that it may cost. Nil after findings.
function table_prices.resolve(model, record, tariff)
    local from = record.price.from_table
    local built = from and not from.broken and model.decisions[from.table]
    if record.tiers then
        find("table_price_alone", at(record.place, "tiers"), { field = "tiers" })
        return nil
    elseif not built or not built.handle or built.unread or not serves.check_unit(record.step, tariff.serves, at(record.place, "step")) then
        return nil
    end
    local output, inputs = find_output(built, from), find_inputs(model, built, from, tariff)
    local amounts = output and amounts_of(built, output.column, from.place)
    if not amounts or not inputs then
        return nil
    end
    tariff.prices = { table = built, output = output.number, inputs = inputs, place = from.place }
    local none = {}
    for band = 1, tariff.calendar and #tariff.calendar.bands or 1 do
        none[band] = 0
    end
    return { size = record.step.count, prices = none, amounts = amounts }
end

-- The last day of a calendar.
local FOR_EVER = { day = 84005, text = "2199-12-31" }

-- Whether tables cover the days on which a version of a package is in force: its first, and its last.
local function check_days(package, tariff)
    local prices = tariff.prices
    local last = package.till and { day = package.till.day - 1, text = package.till.text } or FOR_EVER
    for _, input in ipairs(prices.inputs) do
        for _, date in ipairs(input.kind == "day" and { package.from, last } or {}) do
            if not native.covers(prices.table.handle, input.number, date.day) then
                find("table_price_outside", prices.place, { table = prices.table.id, name = input.name, got = date.text })
                break
            end
        end
    end
end

-- All versions of all packages, sorted by id and day.
function table_prices.check(list)
    for _, package in ipairs(list) do
        for _, tariff in ipairs(package.tariffs) do
            if tariff.prices then
                check_days(package, tariff)
            end
        end
    end
end

-- For the image; `numbers` are the tables by id, each as its place in its list.
function table_prices.flat(prices, numbers)
    return prices and { table = numbers[prices.table.id], output = prices.output, inputs = prices.inputs }
end

return table_prices
