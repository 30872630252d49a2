-- Writes the reference of the language from its schema, the checker's messages and the manual: the whole page, the list of words, or
-- one word. The pieces go to native.heading, native.text, native.script and native.table (language.c).
--
-- What the schema has and the manual does not is an error here, so that nothing can be left out.

local use, native = ...
local report = use "report"
local schema = use "schema"
local messages = use "messages"
local types = use "types"
local manual = use "manual"

local reference = {}

local what_names = {
    service = { en = "id of a service", zh = "业务的编号" }, zones = { en = "id of a zone map", zh = "号段表的编号" },
    calendar = { en = "id of a calendar", zh = "日历的编号" }, package = { en = "id of a package", zh = "优惠包的编号" },
    tax = { en = "id of a tax code", zh = "税码的编号" },
    plan = { en = "id of a plan", zh = "定价计划的编号" }, product = { en = "id of a product", zh = "产品的编号" },
}

local language = "en"

-- Of a text in both languages, the one that is wanted.
local function say(text)
    return text[language]
end

local function heading(level, en, zh)
    native.heading(level, language == "zh" and zh or en)
end

local function join(en, zh, ...)
    return string.format(language == "zh" and zh or en, ...)
end

-- Thousands with commas, as everywhere else.
local function count_text(count)
    local text = tostring(count)
    return (string.gsub(string.reverse(string.gsub(string.reverse(text), "(%d%d%d)", "%1,")), "^,", ""))
end

local function quoted(list)
    return '"' .. string.gsub(table.concat(list, '", "'), "\t", "\\t") .. '"'
end

-- In the largest unit that divides it.
local units = {
    bytes = { { 1 << 20, "MiB" }, { 1 << 10, "KiB" }, { 1, "B" } },
    us = { { 1000000, "s" }, { 1000, "ms" }, { 1, "us" } },
}

local function size_text(value, counted)
    for _, unit in ipairs(units[counted] or {}) do
        if value % unit[1] == 0 then
            return count_text(value // unit[1]) .. " " .. unit[2]
        end
    end
    return count_text(value)
end

local type_text

-- How the types that have parameters are called.
local parametric = {
    list = function(kind)
        return join("%s, or a list", "%s，或其列表", type_text(kind))
    end,
    value = function(kind)
        return join("%s, or true", "%s 或 true", kind)
    end,
    or_column = function(kind)
        return join("%s, or a column", "%s，或一列", type_text(kind))
    end,
    list_with_repeats = function(kind)
        return join("list of %s", "%s 的列表", type_text(kind))
    end,
    list_or_column = function(kind)
        return join("%s, a list, or a column", "%s，或其列表，或一列", type_text(kind))
    end,
    name_of = function(what)
        return say(what_names[what])
    end,
    one_of = function(...)
        return join("one of %s", "%s 之一", quoted { ... })
    end,
    integer = function(min, max)
        return join("whole number, %s to %s", "整数，%s 至 %s", count_text(min), count_text(max))
    end,
    money = function(min)
        return join("money, %d or more", "金额，不小于 %d", min)
    end,
    quantity = function()
        return join("quantity, not 0", "数量，不为 0")
    end,
    amount_of = function(unit)
        return join("whole number, or quantity in %s", "整数，或以%s计的数量", say(types.unit_names[unit]))
    end,
    range = function(unit)
        return join("range in %s", "以%s计的范围", say(types.unit_names[unit]))
    end,
    table = function(...)
        return join("name of a table with the columns %s", "含 %s 两列的表的名称", table.concat({ ... }, language == "zh" and "、" or ", "))
    end,
    record = function()
        return join("record", "记录")
    end,
    rows = function()
        return join("list of records", "记录的列表")
    end,
    records = function()
        return join("record, or a list", "记录，或其列表")
    end,
}

function type_text(kind)
    if type(kind) == "table" then
        return parametric[kind[1]](table.unpack(kind, 2))
    elseif not manual.types[kind] then
        error("the manual says nothing of the type " .. kind)
    end
    return say(manual.types[kind])
end

-- A default in normal form, as somebody would write it.
local function default_text(value)
    if type(value) == "string" then
        return value == "" and '""' or value
    elseif type(value) ~= "table" then
        return count_text(value)
    elseif #value > 0 then
        return table.concat(value, ", ")
    end
    return ""
end

local function need_text(field)
    if field.required then
        return join("required", "必填")
    elseif field.default ~= nil then
        return default_text(field.default)
    end
    return ""
end

-- The rows of a table for the fields of a definition, those of its records included: "serves.zone", "skip[].because".
local function add_fields(rows, definition, prefix)
    for _, field in ipairs(definition.fields) do
        local kind = field[2]
        local name = prefix .. (field.at and "[" .. field.at .. "]" or field[1])
        rows[#rows + 1] = { name, type_text(kind), need_text(field), say(field.say) }
        if type(kind) == "table" and (kind[1] == "record" or kind[1] == "rows" or kind[1] == "records") then
            add_fields(rows, schema.records[kind[2]], name .. (kind[1] == "record" and "." or "[]."))
        elseif kind == "params" then
            add_fields(rows, schema.records.parameter, name .. ".NAME.")
        elseif kind == "holding" then
            add_fields(rows, schema.records.test_holding, name .. "[].")
        elseif type(kind) == "table" and kind[1] == "list" and kind[2] == "holding" then
            add_fields(rows, schema.records.test_holding, name .. "[].")
        end
    end
end

local function field_table(definition)
    local rows = { { join("field", "字段"), join("type", "类型"), join("default", "缺省"), join("meaning", "含义") } }
    add_fields(rows, definition, "")
    return rows
end

local function form_of(word)
    if word.form == "value" then
        return word.example
    elseif word.form == "plain" then
        return word[1] .. " { … }"
    end
    local id = word.title and join("sentence", "一句话") or word.free and join("language", "语言") or "id"
    return word[1] .. ' "' .. id .. '" { … }'
end

local function write_examples(example)
    for _, part in ipairs { "", "more_", "table_" } do
        local file = example[part == "" and "file" or part .. "file"]
        if file then
            native.script((part == "table_" and "csv" or "lua") .. " file=" .. file, example[part .. "example"])
        end
    end
end

local function write_word(word, example)
    native.text(say(word.say) .. join(".", "。"))
    if example.about then
        native.text(say(example.about))
    end
    native.script("lua", form_of(word) .. "\n")
    if word.fields and #word.fields > 0 then
        native.table(field_table(word))
    end
    if word.rows then
        local rows = schema.records[word.rows]
        native.text(join("In its braces, rows: %s. `[1]` is written first, without a name.",
            "括号中的行：%s。`[1]` 写在最前，不带名称。", say(rows.say)))
        native.table(field_table(rows))
    elseif word.items then
        native.text(join("In its braces stand: %s.", "括号中可写：%s。", table.concat(word.items, language == "zh" and "、" or ", ")))
    elseif word.names then
        native.text(join("In its braces stand first, without a name: %s.", "括号中先写（不带名称）：%s。", type_text { "list", word.names }))
    elseif word.lists then
        native.text(join("In its braces, rows with a cell for each column.", "括号中的行：每列一格。"))
    end
    write_examples(example)
end

-- `column` is a word of catalogs and of layouts; the example of layouts has one.
local function example_of(word, dialect)
    local example = manual.words[word[1]]
    if not example then
        error("the manual has no example of " .. word[1])
    end
    if word[1] == "column" and dialect.words == schema.layout then
        return {}
    end
    return example
end

local function word_table(words)
    local rows = { { join("word", "词"), join("what it says", "说明什么") } }
    for _, word in ipairs(words) do
        rows[#rows + 1] = { word[1], say(word.say) }
    end
    return rows
end

-- Rows of { name, text in both languages } under a head.
local function pair_table(head, list)
    local rows = { head }
    for _, pair in ipairs(list) do
        rows[#rows + 1] = { pair[1], say(pair[2]) }
    end
    return rows
end

local function write_values()
    local rows = { { join("written", "写法"), join("type", "类型"), join("what it may be", "取值") } }
    for _, name in ipairs(report.sorted_keys(manual.types)) do
        local value = manual.types[name]
        if value.more then
            rows[#rows + 1] = { value.like, say(value), say(value.more) }
        end
    end
    heading(2, "Values", "值的写法")
    native.table(rows)
end

local function write_functions()
    heading(2, "Functions", "函数")
    native.text(say(manual.functions_about))
    local rows = { { join("field", "字段"), join("written", "写法"), join("gives", "返回") } }
    for _, entry in ipairs(manual.functions) do
        rows[#rows + 1] = { entry[1], entry[2], say(entry[3]) }
    end
    native.table(rows)
    local context = {}
    for _, field in ipairs(schema.context) do
        context[#context + 1] = { "c." .. field[1], field[2] }
    end
    for _, field in ipairs(schema.context_at) do
        context[#context + 1] = { "c.at." .. field[1], field[2] }
    end
    native.table(pair_table({ "c", join("what it is", "含义") }, context))
    native.text(join("The amount of a charge gets another `c`: `c.params.NAME` is a parameter of the package, and `c.GROUP.NAME` a "
        .. "fact that the catalog declares; it is called for each run of days in which none of them changes, and a table that it asks "
        .. "by date answers for the first of these days.",
        "收费的金额函数得到另一个 `c`：`c.params.名称` 是优惠包的参数，`c.组.名称` 是目录声明的事实；每一段没有变化的日子调用一次，按日期查询的表以该段首日为准。"))
    native.script("lua file=" .. manual.functions_file, manual.functions_example)
    heading(2, "Conditions", "条件")
    native.text(join("Conditions of selling get the customer as `c`, under the same bounds as the functions above.",
        "销售条件以 `c` 得到客户资料，限制与上述函数相同。"))
    local subject = {}
    for _, field in ipairs(schema.subject) do
        subject[#subject + 1] = { "c." .. field[1], field[2] }
    end
    native.table(pair_table({ "c", join("what it is", "含义") }, subject))
    heading(2, "Money and decimals", "金额与小数")
    native.text(join("Exact fractions of 128 bits; past them: OVERFLOW. A number with a decimal point is refused.",
        "128 位精确分数；超出则为 OVERFLOW。带小数点的数字不被接受。"))
    native.table(pair_table({ join("written", "写法"), join("gives", "结果") }, manual.money))
end

local function write_allowed()
    heading(2, "What else a script may use", "脚本还可使用的词")
    native.text(say(manual.allowed_about))
    native.table(pair_table({ join("word", "词"), join("what it does", "作用") }, manual.allowed))
end

local function write_limits()
    local rows = { { join("at most", "至多"), join("of what", "对象") } }
    for _, limit in ipairs(manual.limits) do
        local value = schema.limits[limit[1]] or native.limits[limit[1]]
        rows[#rows + 1] = { size_text(value, limit[3]), say(limit[2]) }
    end
    heading(2, "Limits", "限额")
    native.text(join("Instructions are the same on every machine, so that running out of them is an answer; time never is.",
        "指令数在任何机器上都一样，所以用尽指令是一个确定的结果，而时间不是。"))
    native.table(rows)
end

-- All findings by rule: { severity, say, mend } in this language.
local function all_findings()
    local found = {}
    for rule, message in pairs(messages) do
        local mend, otherwise = message["mend_" .. language], message["or_" .. language]
        local sentence = string.gsub(message[language], "{zone_%a+}", join(" {zone}", "{zone}"))
        found[rule] = { message.severity or "error", sentence, mend .. (otherwise and join("; or: ", "；或：") .. otherwise or "") }
    end
    for rule, finding in pairs(manual.findings) do
        found[rule] = { finding.severity, say(finding.say), say(finding.mend) }
    end
    return found
end

local severities = { error = { en = "error", zh = "错误" }, warning = { en = "warning", zh = "警告" }, note = { en = "note", zh = "提示" } }

local function write_findings()
    local found = all_findings()
    local rows = { { join("rule", "规则"), join("severity", "级别"), join("what is wrong", "问题"), join("what mends it", "如何改正") } }
    for _, rule in ipairs(report.sorted_keys(found)) do
        local finding = found[rule]
        rows[#rows + 1] = { rule, say(severities[finding[1]]), finding[2], finding[3] }
    end
    heading(2, "What the checker finds", "检查器能发现的问题")
    native.text(join("Each finding names file, line and column, the rule, what is wrong and what mends it. An error keeps a catalog from "
        .. "being published; a warning does not. `{…}` stands for what is found.",
        "每条发现都给出文件、行、列、规则、问题与改法。有错误的目录不能发布，警告不影响。`{…}` 处为具体内容。"))
    native.table(rows)
end

-- The whole page.
local function write_page()
    heading(1, "The rule language", "规则语言")
    native.text(join("Version %d.", "版本 %d。", schema.language))
    for _, text in ipairs(manual.intro) do
        native.text(say(text))
    end
    native.table(pair_table({ join("file", "文件"), join("what stands there", "内容") }, manual.files))
    for _, dialect in ipairs(schema.dialects) do
        heading(2, dialect.say.en, dialect.say.zh)
        native.table(word_table(dialect.words))
        for _, word in ipairs(dialect.words) do
            native.heading(3, word[1])
            write_word(word, example_of(word, dialect))
        end
    end
    write_values()
    write_functions()
    write_allowed()
    write_limits()
    write_findings()
end

local function write_list()
    for _, dialect in ipairs(schema.dialects) do
        heading(3, dialect.say.en, dialect.say.zh)
        native.table(word_table(dialect.words))
    end
end

-- True if there is such a word.
local function write_words_called(name)
    local found = false
    for _, dialect in ipairs(schema.dialects) do
        for _, word in ipairs(dialect.words) do
            if word[1] == name then
                native.heading(3, form_of(word))
                write_word(word, example_of(word, dialect))
                found = true
            end
        end
    end
    return found
end

-- All of it ("page"), the list of words ("words"), or one ("word"); false if there is no such word.
function reference.write(in_language, part, name)
    language = in_language
    if part == "word" then
        return write_words_called(name)
    end
    local write = part == "page" and write_page or write_list
    write()
    return true
end

return reference
