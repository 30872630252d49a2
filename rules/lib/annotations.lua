-- Writes the language as annotations for editors, in the form that LuaCATS fixed and lua-language-server reads: a class for each
-- word and record with all its fields, an alias for each type, a function for each word that a script may say. A type or a function
-- that the manual gives no `lua` is an error here, so that nothing can be left out.

local use = ...
local report = use "report"
local schema = use "schema"
local manual = use "manual"

local annotations = {}

local language = "en"
local lines = {}
local taken = {} -- names of classes and aliases

local function say(text)
    return text[language]
end

local function line(format, ...)
    lines[#lines + 1] = string.format(format, ...)
end

local function begin(kind, name, about)
    if taken[name] then
        error("two things for editors are called " .. name)
    end
    taken[name] = true
    line("")
    if about then
        line("--- %s", about)
    end
    line("---@%s suanpan.%s", kind, name)
end

local lua_type

local function only_list_of(kind)
    local one = lua_type(kind)
    return (string.find(one, "|", 1, true) and "(" .. one .. ")" or one) .. "[]"
end

local function list_of(kind)
    return lua_type(kind) .. "|" .. only_list_of(kind)
end

-- What a type with parameters is to an editor.
local parametric = {
    list = list_of,
    list_with_repeats = only_list_of,
    list_or_column = function(kind) return list_of(kind) .. "|suanpan.column" end,
    or_column = function(kind) return lua_type(kind) .. "|suanpan.column" end,
    name_of = function() return "suanpan.id" end,
    one_of = function(...)
        local choices = {}
        for index, choice in ipairs { ... } do
            choices[index] = string.format("%q", choice)
        end
        return table.concat(choices, "|")
    end,
    integer = function() return "integer" end,
    money = function() return "suanpan.money" end,
    quantity = function() return "suanpan.quantity" end,
    amount_of = function() return "integer|suanpan.quantity" end,
    range = function() return "suanpan.range" end,
    table = function() return "suanpan.id" end,
    value = function(kind) return (kind == "integer" and "integer" or kind == "money" and "suanpan.money" or "string") .. "|true" end,
    record = function(name) return "suanpan." .. name end,
    rows = function(name) return "suanpan." .. name .. "[]" end,
    records = function(name) return "suanpan." .. name .. "|suanpan." .. name .. "[]" end,
}

function lua_type(kind)
    if type(kind) == "table" then
        return parametric[kind[1]](table.unpack(kind, 2))
    elseif not manual.types[kind] or not manual.types[kind].lua then
        error("the manual does not say what the type " .. kind .. " is to an editor")
    end
    return "suanpan." .. kind
end

-- A function's type says what it takes and gives, by the name of its field.
local function field_type(field)
    if field[2] ~= "function" then
        return lua_type(field[2])
    end
    for _, entry in ipairs(manual.functions) do
        if entry[1] == field[1] then
            return entry[4]
        end
    end
    error("the manual says nothing of the function " .. field[1])
end

local function write_fields(definition)
    for _, field in ipairs(definition.fields) do
        local name = field.at and "[" .. field.at .. "]" or field[1] .. (field.required and "" or "?")
        line("---@field %s %s %s", name, field_type(field), say(field.say))
    end
end

-- What stands in the braces of a word besides its fields.
local function entries_type(word)
    if word.free then
        return "[string]", "string|table"
    elseif word.rows then
        return "[integer]", "suanpan." .. word.rows
    elseif word.names then
        return "[integer]", lua_type(word.names)
    elseif word.lists then
        return "[integer]", "any[]"
    elseif word.items then
        local items = {}
        for index, item in ipairs(word.items) do
            items[index] = "suanpan." .. item
        end
        return "[integer]", table.concat(items, "|")
    end
end

local function write_class(word)
    begin("class", word[1], say(word.say))
    if word.form == "value" then
        return
    end
    write_fields(word)
    local key, kind = entries_type(word)
    if key then
        line("---@field %s %s", key, kind)
    end
end

-- The function that a word is: package "id" { … }, tariff { … }, column "table.column".
local function write_word(word)
    local parameter = word.form == "plain" and "body" or word.free and "language" or word.form == "value" and "text" or "id"
    write_class(word)
    line("")
    line("--- %s", say(word.say))
    line("---@param %s %s", parameter, word.form == "plain" and "suanpan." .. word[1] or "string")
    if word.form == "named" then
        line("---@return fun(body: suanpan.%s)", word[1])
    else
        line("---@return suanpan.%s", word[1])
    end
    line("function %s(%s) end", word[1], parameter)
end

local function write_types()
    for _, name in ipairs(report.sorted_keys(manual.types)) do
        local kind = manual.types[name]
        local about = say(kind) .. (kind.more and ": " .. say(kind.more) or "") .. (kind.like and "; " .. kind.like or "")
        begin("alias", name, about)
        lines[#lines] = lines[#lines] .. " " .. (kind.lua or error("the manual does not say what the type " .. name .. " is to an editor"))
    end
end

-- A list of { name, text, type }: what a function sees.
local function write_context(name, list)
    begin("class", name)
    for _, field in ipairs(list) do
        line("---@field %s %s %s", field[1], field[3], say(field[2]))
    end
end

-- "(s: string, from?: integer): boolean" as comments and a function without a body.
local function write_function(name, signature)
    local parameters, result = string.match(signature, "^(%b()):? ?(.*)$")
    local names = {}
    for parameter, kind in string.gmatch(parameters, "([%w_.]+%??): ([^,)]+)") do
        line("---@param %s %s", parameter, kind)
        names[#names + 1] = (string.gsub(parameter, "%?$", ""))
    end
    if result ~= "" then
        line("---@return %s", result)
    end
    line("function %s(%s) end", name, table.concat(names, ", "))
end

local function write_allowed()
    line("")
    line("math = {}")
    line("")
    line("---@class stringlib")
    line("string = {}")
    for _, word in ipairs(manual.allowed) do
        line("")
        line("--- %s", say(word[2]))
        if string.sub(word[3] or error("the manual does not say what " .. word[1] .. " is to an editor"), 1, 1) == "(" then
            write_function(word[1], word[3])
        else
            line("---@type %s", word[3])
            line("%s = %s", word[1], word[3] == "integer" and "0" or "{}")
        end
    end
end

-- Exact numbers: amounts of money, and decimals that have no currency.
local exact = [[

---@alias suanpan.factor integer|string|suanpan.decimal

---@class suanpan.amount
---@operator add(suanpan.amount): suanpan.amount
---@operator sub(suanpan.amount): suanpan.amount
---@operator unm: suanpan.amount
---@operator mul(suanpan.factor): suanpan.amount
---@operator div(integer): suanpan.amount
---@operator div(suanpan.decimal): suanpan.amount
---@operator div(suanpan.amount): suanpan.decimal
---@field times fun(self: suanpan.amount, x: suanpan.factor): suanpan.amount
---@field share fun(self: suanpan.amount, x: suanpan.factor): suanpan.amount
---@field plus fun(self: suanpan.amount, x: suanpan.factor): suanpan.amount
---@field minus fun(self: suanpan.amount, x: suanpan.factor): suanpan.amount
---@field because fun(self: suanpan.amount, key: string, row?: any): suanpan.amount

---@class suanpan.decimal
---@operator add(suanpan.factor): suanpan.decimal
---@operator sub(suanpan.factor): suanpan.decimal
---@operator unm: suanpan.decimal
---@operator mul(suanpan.factor): suanpan.decimal
---@operator div(suanpan.factor): suanpan.decimal]]

local function write_records()
    for _, name in ipairs(report.sorted_keys(schema.records)) do
        begin("class", name, say(schema.records[name].say))
        write_fields(schema.records[name])
    end
end

-- All of it, as one file. A word of two dialects, such as `column`, stands in it once.
function annotations.write(in_language)
    language, lines, taken = in_language, {}, { amount = true, decimal = true, factor = true }
    line("---@meta")
    line("")
    line(language == "zh" and "-- 算盘规则语言（版本 %d）的词，供编辑器使用；本文件不会被运行。"
        or "-- The words of Suanpan's rule language, version %d, for editors. This file is never run.", schema.language)
    lines[#lines + 1] = exact
    write_types()
    write_context("usage", schema.context)
    write_context("time", schema.context_at)
    write_context("subject", schema.subject)
    begin("class", "customer", language == "zh" and "客户资料：目录的 facts 所列" or "What is known of a customer: the facts of the catalog")
    line("---@field [string] any")
    write_context("formula", schema.context_due)
    write_records()
    for _, dialect in ipairs(schema.dialects) do
        for _, word in ipairs(dialect.words) do
            if not taken[word[1]] then
                write_word(word)
            end
        end
    end
    write_allowed()
    return table.concat(lines, "\n") .. "\n"
end

return annotations
