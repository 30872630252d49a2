-- What the checker can say: for each rule its severity (error if not given), the sentence and what would mend it, in both languages.
-- "{name}" is a blank. Where a blank of what would mend it has no value (nothing is near), the fix is `or_` instead. `propose` is what
-- can be pasted at the place, with "…" for what only the author knows.

local use = ...

local messages = {}

-- Scripts (what Lua itself has to say of them is worded in build.c)

-- C says the same of a script.
messages.not_utf8 = {
    en = "the file is not UTF-8: this line is the first that is not",
    zh = "文件不是 UTF-8 编码，从此行起",
    mend_en = "save it as UTF-8 (not as GBK, GB18030 or UTF-16); a spreadsheet calls it CSV UTF-8",
    mend_zh = "另存为 UTF-8（不要用 GBK、GB18030 或 UTF-16）；电子表格中选“CSV UTF-8”",
}
messages.unknown_word = {
    en = "the language has no word '{name}'",
    zh = "语言中没有“{name}”这个词",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "put it in quotes if it is a text; suanpan help language lists the words",
    or_zh = "若是文本，请加引号；suanpan help language 列出全部词",
}
messages.unfinished_word = {
    en = "{word} \"{id}\" has no { … } behind it",
    zh = "{word} \"{id}\" 之后缺少 { … }",
    mend_en = "write {word} \"{id}\" { … }",
    mend_zh = "写成 {word} \"{id}\" { … }",
}
messages.wrong_call = {
    en = "{word} is written {form}",
    zh = "{word} 应写成 {form}",
    mend_en = "write it so",
    mend_zh = "按此书写",
}
messages.wrong_place = {
    en = "{word} stands alone, but belongs inside of {parents}",
    zh = "{word} 单独出现，它应写在 {parents} 之内",
    mend_en = "move it into the braces of {parents}",
    mend_zh = "移到 {parents} 的括号里",
}
messages.not_an_item = {
    en = "{word} can't hold {got} here",
    zh = "{word} 中此处不能放 {got}",
    mend_en = "it can hold {items}",
    mend_zh = "可放 {items}",
}
messages.no_entries = {
    en = "{word} has no entries",
    zh = "{word} 是空的",
    mend_en = "add some, or remove it",
    mend_zh = "添加内容，或删去",
}

-- Fields

messages.unknown_field = {
    en = "{word} has no field '{name}'",
    zh = "{word} 没有“{name}”这个字段",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "it can have {fields}",
    or_zh = "可用的字段有 {fields}",
}
messages.missing_field = {
    en = "{word} has no {field}: {say}",
    zh = "{word} 缺少 {field}：{say}",
    mend_en = "add {field} = …",
    mend_zh = "加上 {field} = …",
}
messages.wrong_type = {
    en = "{field} wants {wanted}, and this is {got}",
    zh = "{field} 应为{wanted}，这里却是{got}",
    mend_en = "write it like {like}",
    mend_zh = "写成类似 {like}",
}
messages.float_for_decimal = {
    en = "{field} is the number {got}; amounts are text, so that they stay exact",
    zh = "{field} 写成了数字 {got}；金额须写成文本，才能保持精确",
    mend_en = "write it in quotes: {like}",
    mend_zh = "加上引号：{like}",
}
messages.unknown_choice = {
    en = "{field} can't be '{name}'; it can be {choices}",
    zh = "{field} 不能是“{name}”，可以是 {choices}",
    mend_en = "write \"{near}\"",
    mend_zh = "改为 \"{near}\"",
    or_en = "write one of them",
    or_zh = "改为其中之一",
}
messages.unknown_name = {
    en = "there is no {what} '{name}'",
    zh = "没有名为“{name}”的{what}",
    mend_en = "write \"{near}\"",
    mend_zh = "改为 \"{near}\"",
    or_en = "declare it, or correct the name",
    or_zh = "加以声明，或改正名称",
}
messages.out_of_range = {
    en = "{field} is {got}, and must be {range}",
    zh = "{field} 为 {got}，应当{range}",
    mend_en = "write a number within these bounds",
    mend_zh = "写一个在此范围内的数",
}
messages.negative_price = {
    en = "{field} is negative: {got}",
    zh = "{field} 为负数：{got}",
    mend_en = "write an amount of 0 or more",
    mend_zh = "写成 0 或更大的金额",
}
messages.step_of_zero = {
    en = "{field} is zero, so that no usage would ever end",
    zh = "{field} 为零，无法计量",
    mend_en = "write a length such as \"60 s\"",
    mend_zh = "写成例如 \"60 s\" 的长度",
}
messages.duplicate_id = {
    en = "{word} '{id}' is declared already, at {place}",
    zh = "{word}“{id}”已在 {place} 声明",
    mend_en = "give one of them another id",
    mend_zh = "给其中一个换一个编号",
}
messages.repeated = {
    en = "'{name}' stands here twice",
    zh = "“{name}”重复出现",
    mend_en = "remove one of them",
    mend_zh = "删去其中一个",
}
messages.text_repeated = {
    en = "there is a text '{key}' already; it is at {place}",
    zh = "已有文本“{key}”，在 {place}",
    mend_en = "remove one of them, or give each a key of its own, with say",
    mend_zh = "删去其中一个，或用 say 让两者使用各自的键",
}
messages.too_many = {
    en = "{word} has {count} {what}; it may have {max}",
    zh = "{word} 有 {count} 个{what}，最多 {max} 个",
    mend_en = "split it, or remove some",
    mend_zh = "拆分，或减少一些",
}

-- The catalog as a whole

messages.no_catalog = {
    en = "the folder has no catalog.lua with catalog \"id\" { … }",
    zh = "目录中没有写有 catalog \"编号\" { … } 的 catalog.lua",
    mend_en = "add catalog.lua with catalog \"my_catalog\" { currency = \"CNY\" }",
    mend_zh = "添加 catalog.lua，写上 catalog \"my_catalog\" { currency = \"CNY\" }",
}
messages.zone_not_frozen = {
    en = "there is no time zone {name}, or it does not stand directly in catalog.lua, so that {frozen} was taken",
    zh = "没有名为 {name} 的时区，或它没有直接写在 catalog.lua 中，因此取了 {frozen}",
    mend_en = "write a time zone that exists, such as \"Asia/Shanghai\", directly in catalog.lua",
    mend_zh = "在 catalog.lua 中直接写一个存在的时区，例如 \"Asia/Shanghai\"",
}
messages.missing_text = {
    en = "there is no text '{key}' in {language}",
    zh = "缺少“{key}”的{language}文本",
    mend_en = "add it to texts \"{language_id}\"",
    mend_zh = "在 texts \"{language_id}\" 中加上它",
    propose = "[\"{key}\"] = \"…\",",
}
messages.missing_text_near = {
    en = "there is no text '{key}' in {language}, but there is '{near}', which nothing uses",
    zh = "缺少“{key}”的{language}文本，但有未被使用的“{near}”",
    mend_en = "rename one of them",
    mend_zh = "改其中一个的名字",
}
messages.unused_text = {
    severity = "warning",
    en = "nothing uses the text '{key}'",
    zh = "文本“{key}”未被使用",
    mend_en = "remove it, or use it",
    mend_zh = "删去，或加以使用",
}
messages.unknown_blank = {
    en = "the text '{key}' has a blank {name}, which is not known here; there are {choices}",
    zh = "文本“{key}”中的空位 {name} 在此无值，可用的有 {choices}",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "use one of these, or none",
    or_zh = "用其中之一，或不用",
}
messages.float_in_function = {
    en = "the number {got} is not exact, and amounts and decimals take no part of it",
    zh = "数字 {got} 不精确，不能与金额、小数一起计算",
    mend_en = "write decimal \"{exact}\", or count with whole numbers",
    mend_zh = "写成 decimal \"{exact}\"，或用整数计算",
    or_en = "write decimal \"…\", or count with whole numbers",
    or_zh = "写成 decimal \"…\"，或用整数计算",
}
messages.language_not_listed = {
    en = "the catalog does not list the language '{name}'",
    zh = "目录的 languages 中没有“{name}”",
    mend_en = "add it to languages in catalog.lua",
    mend_zh = "在 catalog.lua 的 languages 中加上它",
}

-- What stands in files of its own.
for _, name in ipairs { "messages_tables", "messages_packages", "messages_tests", "messages_dues", "messages_leaving",
    "messages_taxes", "messages_selling", "messages_prompts", "messages_lives", "messages_sharing",
    "messages_deposits", "messages_notices", "messages_table_prices",
    "messages_topups", "messages_sessions", "messages_session_steps" } do
    for rule, message in pairs(use(name)) do
        messages[rule] = message
    end
end

return messages
