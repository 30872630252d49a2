-- Decision tables: columns, types and rows, from the script or from tables/NAME.csv, to a table that functions ask. Cells are read and
-- the rows are compared in C (build_table.c), which tells of gaps, overlaps and dead rows; here that becomes findings.

local use, native = ...
local report = use "report"
local failed = use "failed"
local tables = use "tables"
local types = use "types"
local schema = use "schema"

local decisions = {}
local find, at = report.find, report.at

local COLUMNS_MAX = schema.limits.decision_columns
local ROWS_MAX = schema.limits.decision_rows

-- What a cell of each type may be, for sentences.
local cells_of_inputs = {
    integer = { en = "a cell of whole numbers, such as 3, 3..8, >=5 or *", zh = "整数条件，例如 3、3..8、>=5 或 *" },
    decimal = { en = "a cell of decimals, such as 0.5, 10%, 0..<0.5 or *", zh = "小数条件，例如 0.5、10%、0..<0.5 或 *" },
    money = { en = "a cell of amounts, such as 5.00, 0..<5.00, >=5.00 or *", zh = "金额条件，例如 5.00、0..<5.00、>=5.00 或 *" },
    text = { en = "a cell of texts, such as a, a|b, !a or *", zh = "文本条件，例如 a、a|b、!a 或 *" },
    date = { en = "a cell of days, such as >=2026-01-01, 2026-01-01..<2027-01-01 or *",
        zh = "日期条件，例如 >=2026-01-01、2026-01-01..<2027-01-01 或 *" },
    boolean = { en = "true, false or *", zh = " true、false 或 *" },
}
local cells_of_outputs = {
    integer = { en = "a whole number", zh = "整数" }, decimal = { en = "a decimal, such as 0.5 or 10%", zh = "小数，例如 0.5 或 10%" },
    money = types.wanted.money, text = { en = "a text", zh = "文本" }, date = types.wanted.date,
    boolean = { en = "true or false", zh = " true 或 false" },
}

-- Where the parts of a table stand: in a file of rows, or in the script. Rows are numbered as `cells` has them.

local function source_of_file(record)
    local name = record.file or record.id
    local place = record.file and at(record.place, "file") or record.place
    local names = native.csv_names(tables.path_of(name))
    local opened = tables.open(name, place, names or {})
    if not opened then
        return nil
    end
    local source = { file = opened.path, names = opened.names, types = {}, lists = {}, lines = opened.lines, first = 2 }
    for index, column in ipairs(opened.names) do
        source.lists[index] = opened.cells[column]
        source.types[index] = opened.cells[column][1]
    end
    function source.head(row, column)
        if row == 2 then
            return tables.cell(opened, 1, opened.names[column])
        end
        return { file = opened.path, line = 1 }
    end
    function source.cell(row, column)
        return tables.cell(opened, row, opened.names[column])
    end
    function source.row(row)
        return { file = opened.path, line = opened.lines[row] }
    end
    function source.number(row)
        return opened.lines[row]
    end
    return source
end

-- A cell of a row in the script as text; nil after a finding.
local function text_of_cell(value, place)
    if type(value) == "string" then
        return value
    elseif math.type(value) == "integer" or type(value) == "boolean" then
        return tostring(value)
    end
    return types.wrong(value, place, { en = "a cell in quotes", zh = "引号中的条件或结果", like = '"3..8"' })
end

local function add_script_row(source, row, place)
    if type(row) ~= "table" then
        types.wrong(row, place, { en = "a row in braces", zh = "花括号中的一行", like = "{ … }" })
        return false
    elseif #row ~= #source.names then
        find("row_length", place, { got = #row, wanted = #source.names })
        return false
    end
    local sound = true
    for column, list in ipairs(source.lists) do
        local cell = text_of_cell(rawget(row, column), at(place, column))
        list[#list + 1] = cell or ""
        sound = sound and cell ~= nil
    end
    return sound
end

local function source_of_script(record, body)
    local source = { file = record.place.declaration.file, names = record.columns, types = record.types, lists = {}, lines = {}, first = 1 }
    local sound = true
    if #record.columns ~= #record.types then
        find("row_length", at(record.place, "types"), { got = #record.types, wanted = #record.columns })
        return nil
    end
    for column in ipairs(source.names) do
        source.lists[column] = {}
    end
    for index = 1, #body do
        local place = at(record.place, index)
        sound = add_script_row(source, rawget(body, index), place) and sound
        source.lines[index] = index
    end
    function source.head(row, column)
        return at(at(record.place, row == 2 and "types" or "columns"), column)
    end
    function source.cell(row, column)
        return at(at(record.place, row), column)
    end
    function source.row(row)
        return at(record.place, row)
    end
    function source.number(row)
        return row
    end
    return sound and source or nil
end

local function source_of(record)
    local body = record.place.declaration.body
    if #body == 0 and not record.columns and not record.types then
        return source_of_file(record)
    elseif record.file then
        find("table_source", at(record.place, "file"))
    elseif not record.columns or not record.types then
        local missing = record.columns and "types" or "columns"
        find("missing_field", record.place, { word = "table", field = missing, say = { en = "what stands in its rows", zh = "各行的内容" } })
    elseif #body == 0 then
        find("no_entries", record.place, { word = "table" })
    else
        return source_of_script(record, body)
    end
end

-- Columns.

-- A column of the head: { name, type, output, number }; nil after findings.
local function read_column(source, number)
    local written, kind = source.names[number], source.types[number]
    local outcome = string.match(written, "^=>%s*(.-)%s*$")
    local name = outcome or written
    if #name > 64 or not string.find(name, "^%a[%w_]*$") then
        find("table_column_name", source.head(1, number), { name = native.shorten(name) })
        return nil
    elseif not cells_of_inputs[kind] then
        local names = report.sorted_keys(cells_of_inputs)
        find("unknown_choice", source.head(2, number), { field = "types", name = native.shorten(kind),
            choices = table.concat(names, ", "), near = report.nearest(kind, names) })
        return nil
    end
    return { name = name, type = kind, output = outcome ~= nil, number = number, cells = source.lists[number] }
end

-- All columns, inputs first; nil after findings.
local function read_columns(record, source)
    local inputs, outputs, seen, sound = {}, {}, {}, true
    for number in ipairs(source.names) do
        local column = read_column(source, number)
        if not column then
            sound = false
        elseif seen[column.name] then
            find("repeated", source.head(1, number), { name = column.name })
            sound = false
        else
            seen[column.name] = true
            table.insert(column.output and outputs or inputs, column)
        end
    end
    if #source.names > COLUMNS_MAX then
        find("too_many", record.place, { word = "table", count = #source.names, max = COLUMNS_MAX, what = { en = "columns", zh = "列" } })
        return nil
    elseif sound and #outputs == 0 then
        find("table_without_output", source.head(1, 1))
        return nil
    end
    return sound and table.move(outputs, 1, #outputs, #inputs + 1, inputs) or nil
end

-- What each input can be, from the field `domain`.
local function add_domains(record, columns)
    local inputs, by_name, sound = {}, {}, true
    for _, column in ipairs(columns) do
        if not column.output then
            inputs[#inputs + 1] = column.name
            by_name[column.name] = column
        end
    end
    for _, name in ipairs(report.sorted_keys(record.domain)) do
        if by_name[name] then
            by_name[name].domain = record.domain[name]
        else
            find("unknown_name", at(at(record.place, "domain"), name), { what = { en = "input", zh = "输入列" }, name = name,
                near = report.nearest(name, inputs) })
            sound = false
        end
    end
    return sound
end

-- Findings.

-- A row that can be pasted where the rows stand, "…" where outputs have to be filled in.
local function proposed_row(columns, source, cells)
    local row = {}
    for index, column in ipairs(columns) do
        row[column.number] = cells and cells[index] or "…"
    end
    if source.first == 2 then
        return table.concat(row, ",")
    end
    return '{ "' .. table.concat(row, '", "') .. '" },'
end

-- What two rows share: "tenants 2, role anchor".
local function shared_values(columns, cells)
    local parts = {}
    for index, cell in ipairs(cells or {}) do
        if cell ~= "*" then
            parts[#parts + 1] = columns[index].name .. " " .. cell
        end
    end
    return #parts > 0 and table.concat(parts, ", ") or { en = "everything", zh = "全部" }
end

local told = {}

function told.cell(problem, record, columns, source)
    local column = columns[problem.column]
    local wanted = (column.output and cells_of_outputs or cells_of_inputs)[column.type]
    if not problem.row then
        find("table_domain", at(at(record.place, "domain"), column.name), { name = column.name, got = column.domain, wanted = wanted })
        return
    end
    find("cell", source.cell(problem.row, column.number), { row = source.number(problem.row), column = column.name,
        got = native.shorten(column.cells[problem.row]), wanted = wanted })
end

function told.cell_empty(problem, record, columns, source)
    local column = columns[problem.column]
    if not problem.row then
        find("cell_empty", at(at(record.place, "domain"), column.name), { got = column.domain })
    else
        find("cell_empty", source.cell(problem.row, column.number), { got = native.shorten(column.cells[problem.row]) })
    end
end

function told.gap(problem, record, columns, source)
    find("table_gap", source.first == 2 and { file = source.file, line = 1 } or record.place, { id = record.id,
        values = shared_values(columns, problem.cells), proposed = proposed_row(columns, source, problem.cells) })
end

function told.overlap(problem, _, columns, source)
    find("table_overlap", source.row(problem.row), { row = source.number(problem.row), other = source.number(problem.other),
        values = shared_values(columns, problem.cells) })
end

function told.duplicate(problem, _, _, source)
    find("table_duplicate", source.row(problem.row), { row = source.number(problem.row), other = source.number(problem.other) })
end

function told.dead(problem, _, _, source)
    find("table_dead_row", source.row(problem.row), { row = source.number(problem.row) })
end

function told.more(_, record)
    find("table_more", record.place, { id = record.id })
end

function told.tangled(_, record)
    find("table_too_tangled", record.place, { id = record.id })
end

-- One table: { id, handle } for the image, where the handle is the table that C made; without it after findings.
function decisions.build(record)
    local built = { id = record.id, place = record.place }
    local source = not record.broken and record.id and source_of(record)
    if not source then
        return built
    end
    local columns = read_columns(record, source)
    if not columns then
        return built
    end
    built.inputs, built.outputs, built.dates = {}, {}, {}
    built.columns, built.lines, built.first = columns, source.lines, source.first
    for _, column in ipairs(columns) do
        table.insert(column.output and built.outputs or built.inputs, column.name)
        built.dates[column.name] = column.type == "date"
    end
    if #source.lines < source.first then
        find("csv_empty", { file = source.file, line = 1 })
    elseif #source.lines > ROWS_MAX then
        find("too_many", record.place, { word = "table", count = #source.lines, max = ROWS_MAX, what = { en = "rows", zh = "行" } })
    elseif add_domains(record, columns) then
        local handle, problems = native.decision({ id = record.id, file = source.file, first_wins = record.hit == "first" }, columns,
            source.lines, source.first)
        built.unread = false
        for _, problem in ipairs(problems) do
            told[problem.what](problem, record, columns, source)
            built.unread = built.unread or string.find(problem.what, "^cell") ~= nil or problem.what == "tangled"
        end
        built.handle = handle
    end
    return built
end

local table_name = { en = "table", zh = "表" }
local input_name = { en = "input of the table", zh = "该表的输入列" }
local output_name = { en = "output of the table", zh = "该表的结果列" }

local function has(list, name)
    for _, one in ipairs(list) do
        if one == name then
            return true
        end
    end
    return false
end

local function check_name(list, name, place, what)
    if not has(list, name) then
        find("unknown_name", place, { what = what, name = native.shorten(name), near = report.nearest(name, list) })
    end
end

local function check_inputs(built, asked)
    local given = {}
    for _, input in ipairs(asked.inputs) do
        given[input.name] = true
        check_name(built.inputs, input.name, input, input_name)
    end
    for _, name in ipairs(built.inputs) do
        if not given[name] and not built.dates[name] then
            find("table_input_missing", asked, { id = built.id, name = name })
        end
    end
end

-- What the functions of scripts ask: tables, inputs and outputs that there are not, as far as it is written out.
function decisions.check_asked(by_id)
    local names = report.sorted_keys(by_id)
    for _, asked in ipairs(native.tables_asked()) do
        local built = by_id[asked.name]
        if not built and not failed.may_declare("table", asked.name) then
            check_name(names, asked.name, asked, table_name)
        end
        if built and built.inputs and asked.inputs then
            check_inputs(built, asked)
        end
        if built and built.outputs and asked.output then
            check_name(built.outputs, asked.output.name, asked.output, output_name)
        end
    end
end

return decisions
