-- Opens the tables of a catalog: tables/NAME.csv, a row of column names, then rows of text. Text is never guessed as a number.

local use, native = ...
local report = use "report"

local tables = {}
local find = report.find

local opened = {}
local not_utf8 = {} -- paths of which that was told

function tables.path_of(name)
    return "tables/" .. name .. ".csv"
end
local path_of = tables.path_of

local function names_of_tables()
    local names = {}
    for _, path in ipairs(native.files()) do
        names[#names + 1] = string.match(path, "^tables/([%w_-]+)%.csv$")
    end
    return names
end

-- Columns as lists of cells, and the lines of the rows; nil after a finding. Findings about the table itself come once.
local function open(name, place, columns)
    local table_ = native.csv(path_of(name), columns)
    if not table_ then
        find("unknown_name", place, { what = { en = "table in tables/", zh = "表（tables/ 中）" }, name = name,
            near = report.nearest(name, names_of_tables()) })
        return nil
    end
    table_.path, table_.sound = path_of(name), true
    if table_.not_utf8 then
        if not not_utf8[table_.path] then
            find("not_utf8", { file = table_.path, line = table_.not_utf8 })
        end
        not_utf8[table_.path], table_.sound = true, false
        return table_
    end
    for _, problem in ipairs(table_.problems) do
        local where = { file = table_.path, line = problem.line, column = problem.column }
        find("csv_row", where, { row = problem.line, problem = problem.what })
        table_.sound = false
    end
    for _, column in ipairs(columns) do
        if not table_.cells[column] then
            find("csv_column", { file = table_.path, line = 1 }, { name = column, choices = table.concat(table_.names, ", "),
                near = report.nearest(column, table_.names) })
            table_.sound = false
        end
    end
    if table_.sound and #table_.lines == 0 then
        find("csv_empty", { file = table_.path, line = 1 })
        table_.sound = false
    end
    return table_
end

-- The table with these columns, sound, or nil after findings.
function tables.open(name, place, columns)
    local key = name .. "\n" .. table.concat(columns, "\n")
    local table_ = opened[key]
    if not table_ then
        table_ = open(name, place, columns) or { sound = false }
        opened[key] = table_
    end
    return table_.sound and table_ or nil
end

-- The place of a cell.
function tables.cell(table_, row, column)
    local number = 0
    for index, name in ipairs(table_.names) do
        number = name == column and index or number
    end
    return { file = table_.path, line = table_.lines[row], column = native.csv_column(table_.path, table_.offsets[row], number) }
end

return tables
