-- A layout: opens its words to a script, and turns what it declared into what layout.c interprets.

local use = ...
local report = use "report"
local declare = use "declare"
local schema = use "schema"
local read = use "read"

local layouts = {}
local find, at = report.find, report.at

function layouts.open()
    declare.open(schema.layout)
end

-- The columns that the layout looks at, each with a number from 0 …
local function new_columns(layout)
    local columns = { names = {}, numbers = {} }
    for index, name in ipairs(layout.columns or {}) do
        columns.names[index] = name
        columns.numbers[name] = index - 1
    end
    return columns
end

-- … which are those it names, or where a header will name them, those it uses.
local function column_number(layout, columns, name, place)
    if not columns.numbers[name] and layout.columns then
        find("unknown_name", place, { what = { en = "column in this layout", zh = "列（本布局中）" }, name = name,
            near = report.nearest(name, columns.names) })
    elseif not columns.numbers[name] then
        table.insert(columns.names, name)
        columns.numbers[name] = #columns.names - 1
    end
    return columns.numbers[name]
end

-- A source with its column or function as a number.
local function resolver(layout, columns, functions)
    return function(source)
        if not source then
            return nil
        elseif source.column then
            return { column = column_number(layout, columns, source.column, source.place) }
        elseif source.call then
            table.insert(functions, source.call)
            return { call = #functions - 1 }
        end
        return { text = source.text }
    end
end

local function quantity_of(event)
    local found
    for _, unit in ipairs { "second", "byte", "item" } do
        local source = event[unit .. "s"]
        if source and found then
            find("one_quantity", at(event.place, unit .. "s"))
        end
        found = source and { unit = unit, source = source } or found
    end
    if not found then
        find("one_quantity", event.place)
    end
    return found or {}
end

local function skip_rules(layout, columns, resolve)
    local rules = {}
    for _, row in ipairs(layout.skip) do
        if not row.broken and (row.is == nil) == (row.is_not == nil) then
            find("skip_way", row.place)
        elseif not row.broken then
            rules[#rules + 1] = { column = column_number(layout, columns, row.column, at(row.place, 1)),
                is_not = row.is_not ~= nil, values = row.is or row.is_not, because = resolve(row.because) }
        end
    end
    return rules
end

-- What becomes the layout, and its functions by their numbers; the first of several.
function layouts.finish()
    declare.close()
    local layout = read.all(schema.layout).layout[1]
    if not layout then
        find("no_layout", { file = "" })
        return nil
    elseif layout.broken or layout.event.broken then
        return nil
    elseif not layout.columns and not layout.header then
        find("no_columns", layout.place)
    end
    local columns, functions = new_columns(layout), {}
    local resolve = resolver(layout, columns, functions)
    local quantity = quantity_of(layout.event)
    local attributes = {}
    for index, attribute in ipairs(layout.event.attributes) do
        attributes[index] = { name = attribute.name, source = resolve(attribute.source) }
    end
    return {
        name = layout.id, header = layout.header, separator = layout.separator, zone = layout.zone, time = layout.time,
        skip = skip_rules(layout, columns, resolve), id = resolve(layout.event.id),
        service = resolve(layout.event.service), from = resolve(layout.event.from), to = resolve(layout.event.to),
        at = resolve(layout.event.at), unit = quantity.unit, quantity = resolve(quantity.source), attributes = attributes,
        columns = columns.names, functions = functions,
    }
end

return layouts
