-- Writes the words of the language as a configuration of luacheck for a folder of catalogs: what a script may read, by the kind of
-- file that it stands in, and nothing that it may write.

local use = ...
local report = use "report"
local schema = use "schema"
local manual = use "manual"

local standard = {}

local function quoted(names)
    table.sort(names)
    return '"' .. table.concat(names, '", "') .. '"'
end

-- { "assert", …, math = { fields = { … } } }: the words that every script has.
local function common_words()
    local names, fields = {}, {}
    for _, word in ipairs(manual.allowed) do
        local library, field = string.match(word[1], "^(%w+)%.(%w+)$")
        if library then
            fields[library] = fields[library] or {}
            table.insert(fields[library], field)
        elseif not word.only then
            names[#names + 1] = word[1]
        end
    end
    local text = { quoted(names) }
    for _, library in ipairs(report.sorted_keys(fields)) do
        text[#text + 1] = string.format("%s = { fields = { %s } }", library, quoted(fields[library]))
    end
    return table.concat(text, ",\n    ")
end

function standard.write(language)
    local lines = {
        language == "zh" and "-- 算盘规则语言（版本 " .. schema.language .. "）的词，供 luacheck 使用：在本文件夹中运行 luacheck ."
            or "-- The words of Suanpan's rule language, version " .. schema.language .. ", for luacheck: luacheck . in this folder.",
        "",
        "stds.suanpan = { read_globals = {\n    " .. common_words() .. ",\n} }",
    }
    for _, dialect in ipairs(schema.dialects) do
        local names = {}
        for _, word in ipairs(dialect.words) do
            names[#names + 1] = word[1]
        end
        for _, word in ipairs(manual.allowed) do
            names[#names + 1] = word.only == dialect[1] and word[1] or nil
        end
        lines[#lines + 1] = string.format("stds.suanpan_%s = { read_globals = {\n    %s,\n} }", dialect[1], quoted(names))
    end
    for _, text in ipairs {
        "",
        'std = "suanpan+suanpan_catalog"',
        'files["**/*_test.lua"] = { std = "suanpan+suanpan_tests" }',
        'files["**/layouts/*.lua"] = { std = "suanpan+suanpan_layout" }',
        'exclude_files = { "**/.suanpan/*" }',
        "max_line_length = 140",
        'ignore = { "212/_.*" }',
        "",
    } do
        lines[#lines + 1] = text
    end
    return table.concat(lines, "\n")
end

return standard
