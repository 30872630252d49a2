-- What the checker can say: for each rule its severity (error if not given), the sentence and what would mend it, in both languages.
-- "{name}" is a blank. Where a blank of what would mend it has no value (nothing is near), the fix is `or_` instead. `propose` is what
-- can be pasted at the place, with "…" for what only the author knows.

local use = ...

local messages = {}

-- Scripts (what Lua itself has to say of them is worded in build.c)

messages.unknown_word = {
    en = "the language has no word '{name}'",
    zh = "语言中没有“{name}”这个词",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "suanpan help language lists the words",
    or_zh = "suanpan help language 列出全部词",
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
    mend_en = "write it in quotes: \"{got}\"",
    mend_zh = "加上引号：\"{got}\"",
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
    en = "the time zone {name} is not the one that was put into the bundle, {frozen}",
    zh = "时区 {name} 与打包时的 {frozen} 不同",
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
messages.language_not_listed = {
    en = "the catalog does not list the language '{name}'",
    zh = "目录的 languages 中没有“{name}”",
    mend_en = "add it to languages in catalog.lua",
    mend_zh = "在 catalog.lua 的 languages 中加上它",
}

-- Calendars and tables

messages.calendar_gap = {
    en = "no rule of the calendar '{id}' covers {day} from {from} to {till}",
    zh = "日历“{id}”没有规则覆盖{day} {from} 至 {till}",
    mend_en = "add a last row for the rest",
    mend_zh = "在最后加一行，覆盖其余时间",
    propose = "{ \"…\", rest = true },",
}
messages.dead_calendar_rule = {
    en = "this row can never match: the rows before it cover all its time",
    zh = "这一行永远不会匹配：前面的行已覆盖其全部时间",
    mend_en = "move it up, or remove it",
    mend_zh = "上移，或删去",
}
messages.hours_over_midnight = {
    en = "these hours pass midnight, so it is not clear which of the days they belong to",
    zh = "时间跨过午夜，无法确定属于哪一天",
    mend_en = "write two rows, one until \"24:00\" and one from \"00:00\", each with its days",
    mend_zh = "写成两行，一行到 \"24:00\"，一行从 \"00:00\"，各写各的日子",
}
messages.needs_holidays = {
    en = "the calendar looks at holidays or workdays, but names no table of them",
    zh = "日历用到了节假日或调休，却没有指明表",
    mend_en = "add holidays = \"…\", the name of a table in tables/",
    mend_zh = "加上 holidays = \"…\"（tables/ 中的表名）",
}
messages.csv_row = {
    en = "row {row}: {problem}",
    zh = "第 {row} 行：{problem}",
    mend_en = "write as many fields as there are columns, with quotes around those that hold commas",
    mend_zh = "字段数须与列数相同，含逗号的字段加引号",
}
messages.csv_column = {
    en = "the table has no column '{name}'; it has {choices}",
    zh = "表中没有“{name}”列，有 {choices}",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "name one of these columns",
    or_zh = "写其中一列的名称",
}
messages.csv_empty = {
    en = "the table has no rows",
    zh = "表中没有数据行",
    mend_en = "add rows, or remove what uses the table",
    mend_zh = "添加数据行，或去掉对此表的使用",
}
messages.cell = {
    en = "row {row}, column {column}: '{got}' is not {wanted}",
    zh = "第 {row} 行 {column} 列：“{got}”不是{wanted}",
    mend_en = "correct the cell",
    mend_zh = "更正此格",
}
messages.cell_empty = {
    en = "'{got}' leaves no value that could match",
    zh = "“{got}”没有任何值能符合",
    mend_en = "write the smaller value first, or * for every value",
    mend_zh = "先写较小的值，或写 * 表示全部",
}
messages.table_source = {
    en = "the table names a file, and has rows or columns of its own too",
    zh = "表既指定了文件，又自带行或列",
    mend_en = "remove file, or move the rows into it",
    mend_zh = "去掉 file，或把各行移入文件",
}
messages.table_column_name = {
    en = "'{name}' can't be the name of a column that functions use",
    zh = "“{name}”不能作为函数所用的列名",
    mend_en = "use letters, digits and '_', a letter first; an output is written \"=> name\"",
    mend_zh = "用字母、数字与“_”，以字母开头；结果列写成 \"=> 名称\"",
}
messages.table_without_output = {
    en = "the table has no output, so that it can answer nothing",
    zh = "表没有结果列，无法回答任何问题",
    mend_en = "write \"=> \" before the name of each column that it gives",
    mend_zh = "在每个结果列的名称前写 \"=> \"",
}
messages.table_domain = {
    en = "the domain of {name}, '{got}', is not {wanted}",
    zh = "{name} 的取值范围“{got}”不是{wanted}",
    mend_en = "write it as a cell of the column",
    mend_zh = "按该列的条件书写",
}
messages.table_gap = {
    en = "no row of the table '{id}' covers {values}",
    zh = "表“{id}”没有任何行覆盖 {values}",
    mend_en = "add this row with its outcome, or narrow the domain",
    mend_zh = "加上此行并写出结果，或缩小取值范围",
    propose = "{proposed}",
}
messages.table_overlap = {
    en = "rows {other} and {row} both match {values}",
    zh = "第 {other} 行与第 {row} 行都符合 {values}",
    mend_en = "narrow one of them, or say hit = \"first\" if the first is meant to win",
    mend_zh = "缩小其中一行；如果先写者优先，写 hit = \"first\"",
}
messages.table_duplicate = {
    en = "row {row} asks the same as row {other}",
    zh = "第 {row} 行的条件与第 {other} 行相同",
    mend_en = "remove one of them",
    mend_zh = "删去其中一行",
}
messages.table_dead_row = {
    en = "row {row} can never match: rows before it, or the domain, leave it nothing",
    zh = "第 {row} 行永远不会符合：前面的行或取值范围没有给它留下任何值",
    mend_en = "move it up, widen the domain, or remove it",
    mend_zh = "上移、扩大取值范围，或删去",
}
messages.table_more = {
    en = "the table '{id}' has more of these mistakes than are listed",
    zh = "表“{id}”中此类错误多于所列",
    mend_en = "mend those that are listed, and check again",
    mend_zh = "先改正所列的，再检查一次",
}
messages.table_input_missing = {
    en = "the table '{id}' is asked without its input '{name}'",
    zh = "查询表“{id}”时缺少输入列“{name}”",
    mend_en = "add {name} = …; only days may be left out",
    mend_zh = "加上 {name} = …；只有日期列可以不写",
}
messages.table_too_tangled = {
    en = "the rows of the table '{id}' are too tangled to be compared with each other within bounds",
    zh = "表“{id}”的各行过于交错，无法在限额内逐一比较",
    mend_en = "write fewer overlapping ranges, or split the table",
    mend_zh = "减少相互交叠的范围，或拆分此表",
}
messages.cell_repeated = {
    en = "row {row}, column {column}: '{got}' stands in row {first} already",
    zh = "第 {row} 行 {column} 列：“{got}”已在第 {first} 行出现",
    mend_en = "remove one of the two rows",
    mend_zh = "删去其中一行",
}
messages.holiday_year_missing = {
    en = "the table has rows for {before} and {after}, but none for {year}",
    zh = "表中有 {before} 年与 {after} 年，却没有 {year} 年",
    mend_en = "add the days of {year}",
    mend_zh = "补上 {year} 年的日子",
}

-- Zones

messages.zone_row_kind = {
    en = "a row gives a zone or refuses: one of the two",
    zh = "一行要么给出计费区，要么拒绝，二者取一",
    mend_en = "write { \"zone\", … } or { refuse = \"reason\", … }",
    mend_zh = "写成 { \"计费区\", … } 或 { refuse = \"原因\", … }",
}
messages.zone_row_digits = {
    en = "a row says which numbers it is for in one way: number, prefix or rest",
    zh = "一行用一种方式说明号码：number、prefix 或 rest",
    mend_en = "keep one of number, prefix (with followed_by and digits) and rest",
    mend_zh = "在 number、prefix（可带 followed_by、digits）与 rest 中保留一种",
}
messages.zone_table_columns = {
    en = "a row from a table takes its prefixes from a column, and zones and digits from others of the same table",
    zh = "取自表的一行，其前缀、计费区与位数须出自同一张表的各列",
    mend_en = "write { column \"codes.zone\", prefix = column \"codes.prefix\", digits = column \"codes.digits\" }",
    mend_zh = "写成 { column \"codes.zone\", prefix = column \"codes.prefix\", digits = column \"codes.digits\" }",
}
messages.prefix_repeated = {
    en = "'{prefix}' stands in row {row} already, which wins",
    zh = "“{prefix}”已在第 {row} 行出现，以那一行为准",
    mend_en = "remove it here",
    mend_zh = "在此删去",
}
messages.dead_zone_row = {
    en = "this row can never match: rows before it have all its prefixes",
    zh = "这一行永远不会匹配：前面的行已有其全部前缀",
    mend_en = "move it up, or remove it",
    mend_zh = "上移，或删去",
}
messages.prefix_over_digits = {
    en = "no number of {digits} digits begins with {prefix}",
    zh = "{digits} 位的号码不可能以 {prefix} 开头",
    mend_en = "count the digits of the whole number, with its prefix",
    mend_zh = "位数应为整个号码的位数，含前缀",
}
messages.own_area_alone = {
    en = "\"@own_area\" stands alone in its row, once in a zone map",
    zh = "\"@own_area\" 须独占一行，每个号段表一次",
    mend_en = "write { \"zone\", prefix = \"@own_area\" }",
    mend_zh = "写成 { \"计费区\", prefix = \"@own_area\" }",
}
messages.own_area_unknown = {
    en = "\"@own_area\" needs area_codes, which say how the caller's area code is recognised",
    zh = "使用 \"@own_area\" 须写 area_codes，说明如何识别主叫区号",
    mend_en = "add area_codes = { { prefix = \"0\", digits = 4 } }",
    mend_zh = "加上 area_codes = { { prefix = \"0\", digits = 4 } }",
}
messages.area_code_short = {
    en = "the prefix '{prefix}' is longer than the {digits} digits of its area code",
    zh = "前缀“{prefix}”比其区号的 {digits} 位还长",
    mend_en = "write the number of digits of the whole area code",
    mend_zh = "写整个区号的位数",
}

-- Packages

messages.till_before_from = {
    en = "till {till} is not after from {from}",
    zh = "失效日 {till} 不晚于生效日 {from}",
    mend_en = "write a later day: till is the first day not in force",
    mend_zh = "写一个更晚的日子：till 为失效首日",
}
messages.versions_same_start = {
    en = "two versions of {what} '{id}' begin on {from}; the other is at {place}",
    zh = "{what}“{id}”有两个版本都从 {from} 开始，另一个在 {place}",
    mend_en = "change the day of one of them, or remove one",
    mend_zh = "改其中一个的日期，或删去一个",
}
messages.versions_hole = {
    en = "{what} '{id}' ends on {till}, and its next version begins on {from}: nothing is in force between",
    zh = "{what}“{id}”于 {till} 失效，下一版本 {from} 才生效，其间无版本",
    mend_en = "write till = \"{from}\", or seasonal = true if that is meant",
    mend_zh = "写成 till = \"{from}\"；若有意如此，写 seasonal = true",
}
messages.versions_overlap = {
    en = "{what} '{id}' is in force until {till}, but its next version begins on {from} already",
    zh = "{what}“{id}”到 {till} 才失效，而下一版本 {from} 就已生效",
    mend_en = "write till = \"{from}\", or leave till out",
    mend_zh = "写成 till = \"{from}\"，或不写 till",
}
messages.layer_overlap = {
    en = "{packages} of the layer '{layer}' can be held together by the plan '{plan}', and more than one of them prices the service "
        .. "'{service}'{zone_en}",
    zh = "定价计划“{plan}”可同时持有“{layer}”层的 {packages}，而其中不止一个{zone_zh}为业务“{service}”定价",
    mend_en = "say which wins by over = \"…\" in its package, sell them by excludes { … }, or move one to another layer or plan",
    mend_zh = "在应当优先的优惠包中写 over = \"…\"，或用 excludes { … } 使其互斥，或改其中一个的层或定价计划",
}
messages.standard_changes = {
    en = "the product '{id}' has its standard prices in the package '{name}', and in '{other}' in another version",
    zh = "产品“{id}”的标准资费在优惠包“{name}”中，而另一版本写的是“{other}”",
    mend_en = "name one package, and give that versions",
    mend_zh = "只写一个优惠包，由该优惠包分版本",
}
messages.standard_layer = {
    en = "package '{name}' has the standard prices of the product '{id}', but is in the layer '{layer}'",
    zh = "优惠包“{name}”是产品“{id}”的标准资费，却在“{layer}”层",
    mend_en = "write layer = \"standard\" in the package",
    mend_zh = "在该优惠包中写 layer = \"standard\"",
}
messages.over_circular = {
    en = "package '{id}' is over itself, by way of {others}",
    zh = "优惠包“{id}”经由 {others} 优先于自身",
    mend_en = "remove one of these from over",
    mend_zh = "从 over 中去掉其中之一",
}
messages.over_other_layer = {
    en = "package '{name}' is in the layer '{other}', not in '{layer}': which of the two wins is said by the layers",
    zh = "优惠包“{name}”在“{other}”层，不在“{layer}”层，二者的先后由层决定",
    mend_en = "remove it from over",
    mend_zh = "从 over 中去掉它",
}
messages.layer_dearer = {
    severity = "warning",
    en = "this tariff is dearer at all times than '{other}', which it hides from those who hold both by the plan '{plan}'",
    zh = "此资费任何时候都比“{other}”贵，而按定价计划“{plan}”同时持有二者时由它定价",
    mend_en = "lower the price, or move one of the packages to another layer, unless that is meant",
    mend_zh = "调低价格，或改其中一个优惠包的层；如果有意如此则不必改",
}
messages.band_without_price = {
    en = "the calendar '{calendar}' has a band '{band}', for which {field} has no price",
    zh = "日历“{calendar}”有时段“{band}”，{field} 没有给出它的价格",
    mend_en = "add its price",
    mend_zh = "加上它的价格",
    propose = "{band} = \"…\",",
}
messages.bands_without_calendar = {
    en = "{field} has a price for each band, but the tariff names no calendar",
    zh = "{field} 按时段给出价格，但资费没有指明日历",
    mend_en = "add calendar = \"…\", or write one price",
    mend_zh = "加上 calendar = \"…\"，或只写一个价格",
}
messages.calendar_without_bands = {
    en = "{field} is one price, but the tariff follows the calendar '{calendar}'",
    zh = "{field} 只有一个价格，但资费按日历“{calendar}”定价",
    mend_en = "write a price for each band: { {bands} }, or remove the calendar",
    mend_zh = "为每个时段写价格：{ {bands} }，或去掉日历",
}
messages.price_or_amount = {
    en = "a tariff has a step and prices, or a function amount: one of the two",
    zh = "资费要么写计费单位与价格，要么写 amount 函数，二者取一",
    mend_en = "remove {field}",
    mend_zh = "去掉 {field}",
}
messages.tiers_not_chosen = {
    en = "the price has tiers, but the tariff does not say how they count",
    zh = "价格分阶梯，但资费没有说明如何计算",
    mend_en = "add tiers = { kind = \"graduated\", every = \"month\" }, or kind = \"volume\"",
    mend_zh = "加上 tiers = { kind = \"graduated\", every = \"month\" }（分段累进），或 kind = \"volume\"（全量）",
}
messages.tiers_without_prices = {
    en = "the tariff says how tiers count, but its price has none",
    zh = "资费说明了阶梯的计法，价格却不分阶梯",
    mend_en = "write price = { { \"0.15\", up_to = 300 }, { \"0.11\" } }, or remove tiers",
    mend_zh = "写成 price = { { \"0.15\", up_to = 300 }, { \"0.11\" } }，或去掉 tiers",
}
messages.tiers_not_rising = {
    en = "this tier ends where the one before it ends, or earlier, so that it has no width",
    zh = "此阶梯不高于前一阶梯的上限，宽度为零",
    mend_en = "write a larger up_to, or remove the tier",
    mend_zh = "写更大的 up_to，或删去此阶梯",
}
messages.tier_without_rest = {
    en = "nothing prices what lies beyond the last tier",
    zh = "超出最后一个阶梯的用量没有价格",
    mend_en = "add a last tier without up_to, or remove up_to here",
    mend_zh = "在最后加一个不写 up_to 的阶梯，或去掉此处的 up_to",
}
messages.tier_after_rest = {
    en = "this tier has no up_to, so that those behind it can never be reached",
    zh = "此阶梯没有 up_to，其后的阶梯永远用不到",
    mend_en = "add up_to = …, or move it to the end",
    mend_zh = "加上 up_to = …，或移到最后",
}
messages.tier_within_step = {
    en = "this tier ends within a step: {got} {what} are no whole number of steps of {step}",
    zh = "此阶梯止于一个计费单位之中：{got} {what}不是 {step} 的整数倍",
    mend_en = "write a whole number of steps",
    mend_zh = "写成计费单位的整数倍",
}
messages.volume_over_cycle = {
    en = "volume tiers over a cycle give one price to all its units, so that the tariff can't have {field}",
    zh = "按周期累计的全量阶梯对整个周期只有一个价格，资费不能再有 {field}",
    mend_en = "remove {field}, or write kind = \"graduated\" or every = \"event\"",
    mend_zh = "去掉 {field}，或写 kind = \"graduated\" 或 every = \"event\"",
}
messages.counter_changes = {
    en = "'{id}' counts something else in the version before, at {place}, and a counter goes on from one to the other",
    zh = "“{id}”在前一版本（{place}）中计的是别的，而计数器跨版本延续",
    mend_en = "give it another id",
    mend_zh = "换一个编号",
}
messages.carry_over_other = {
    en = "the allowance is anew every {every}, so that it can't be carried over by another length",
    zh = "免费资源按 {every} 重新给予，不能以其他长度结转",
    mend_en = "write carry_over = \"1 {every}\"",
    mend_zh = "写成 carry_over = \"1 {every}\"",
}
messages.valid_without_once = {
    en = "the allowance is anew every {every}, so that valid says nothing",
    zh = "免费资源按 {every} 重新给予，valid 没有作用",
    mend_en = "remove valid, or write every = \"once\"",
    mend_zh = "去掉 valid，或写 every = \"once\"",
}
messages.once_has_no_cycle = {
    en = "the allowance is given once, and has no cycles: it can't have {field}",
    zh = "免费资源只给予一次，没有周期，不能有 {field}",
    mend_en = "remove {field}, or write every = \"month\"",
    mend_zh = "去掉 {field}，或写 every = \"month\"",
}
messages.bought_dropped = {
    en = "the version before gives '{id}' once, at {place}; whoever bought it would lose here what is left of it",
    zh = "前一版本（{place}）一次性给予“{id}”；已购买者的剩余量在此版本中会丢失",
    mend_en = "have the allowance in this version, too",
    mend_zh = "在此版本中保留该免费资源",
}
messages.price_or_refuse = {
    en = "a tariff has a price, or refuses what allowances do not pay: one of the two",
    zh = "资费要么有价格，要么在免费资源不足时拒绝，二者取一",
    mend_en = "remove {field}, or refuse",
    mend_zh = "去掉 {field}，或去掉 refuse",
}
messages.refuse_without_uses = {
    en = "the tariff uses no allowance and has no price, so that everything is refused",
    zh = "资费不用任何免费资源又没有价格，一切都会被拒绝",
    mend_en = "name allowances in uses, or remove uses",
    mend_zh = "在 uses 中写明免费资源，或去掉 uses",
}
messages.count_of_items = {
    en = "only items are counted by their size; the service '{service}' is counted in {got}",
    zh = "只有以条计的业务才能按大小计数；业务“{service}”以{got}计",
    mend_en = "write unit = \"item\", or remove count",
    mend_zh = "写成 unit = \"item\"，或去掉 count",
}
messages.first_month_alone = {
    en = "the allowance is anew every {every}, and has no first month",
    zh = "免费资源按 {every} 重新给予，没有首月之分",
    mend_en = "remove first_month, or write every = \"month\"",
    mend_zh = "去掉 first_month，或写 every = \"month\"",
}
messages.cap_of_zero = {
    en = "this cap is zero, so that nothing is ever charged",
    zh = "封顶金额为零，永远不会收费",
    mend_en = "write the most that a cycle may cost, or remove the cap",
    mend_zh = "写一个周期最多收取的金额，或去掉封顶",
}
messages.discount_tiers_not_chosen = {
    en = "what comes off has tiers, but the discount does not say what they go by",
    zh = "减免分阶梯，但折扣没有说明按什么分",
    mend_en = "add tiers = { by = \"amount\" }, tiers = { by = \"members\" }, or tiers = { by = \"use\", every = \"month\" }",
    mend_zh = "加上 tiers = { by = \"amount\" }（按金额）、tiers = { by = \"members\" }（按成员数）或 tiers = { by = \"use\", every = \"month\" }（按用量）",
}
messages.discount_without_tiers = {
    en = "the discount says what its tiers go by, but what comes off has none",
    zh = "折扣说明了阶梯的依据，减免却不分阶梯",
    mend_en = "write off = { { \"10%\", up_to = \"100.00\" }, { \"20%\" } }, or remove tiers",
    mend_zh = "写成 off = { { \"10%\", up_to = \"100.00\" }, { \"20%\" } }，或去掉 tiers",
}
messages.discount_tiers_alone = {
    en = "tiers that go by {by} count nothing over a cycle, so that they can't have {field}",
    zh = "按 {by} 的阶梯不按周期累计，不能有 {field}",
    mend_en = "remove {field}, or write by = \"use\"",
    mend_zh = "去掉 {field}，或写 by = \"use\"",
}
messages.discount_members_never = {
    en = "'{package}' is held by {min} to {max} lines, so that this tier is never reached",
    zh = "“{package}”由 {min} 至 {max} 条线路持有，永远达不到此阶梯",
    mend_en = "remove the tier, or change members of the package",
    mend_zh = "删去此阶梯，或更改优惠包的 members",
}
messages.discount_members_falling = {
    severity = "warning",
    en = "a larger group gets less off than a smaller one",
    zh = "成员多的群组减得反而更少",
    mend_en = "let what comes off rise with the number of members, unless that is what is meant",
    mend_zh = "使减免随成员数增加；如果有意如此则不必改",
}
messages.discount_of_zero = {
    en = "this discount takes nothing off",
    zh = "此折扣什么也不减",
    mend_en = "write a percentage or an amount over 0, or remove the discount",
    mend_zh = "写一个大于 0 的百分比或金额，或删去此折扣",
}
messages.discount_over_100 = {
    en = "{percent} is more than there is",
    zh = "{percent} 超过了全部",
    mend_en = "write \"100%\" or less",
    mend_zh = "写成 \"100%\" 或更少",
}
messages.discounts_over_100 = {
    en = "discounts of the package '{packages}' that are taken together are {percent} in all",
    zh = "优惠包“{packages}”中同享的折扣合计 {percent}",
    mend_en = "make them smaller, or write stack = \"best\" or \"alone\" for one of them",
    mend_zh = "调低折扣，或把其中之一写成 stack = \"best\" 或 \"alone\"",
}
messages.discounts_may_pass_100 = {
    severity = "warning",
    en = "discounts of {packages} can be taken together, and are then {percent} in all",
    zh = "{packages} 的折扣可以同享，合计 {percent}",
    mend_en = "make them smaller, or write stack = \"best\" or \"alone\" for one of them, unless free is what is meant",
    mend_zh = "调低折扣，或把其中之一写成 stack = \"best\" 或 \"alone\"；如果有意免费则不必改",
}
messages.discount_unrounded = {
    en = "{percent} of what the tariff '{tariff}' charges can be less than a micro-unit, and the tariff does not round",
    zh = "资费“{tariff}”金额的 {percent} 可能不足百万分之一元，而该资费没有取整",
    mend_en = "add round = \"0.01 half_up\" to the tariff",
    mend_zh = "在资费中加上 round = \"0.01 half_up\"",
}
messages.discount_unrounded_bill = {
    en = "a percentage of a bill can be less than a micro-unit, and the discount does not say how it is rounded",
    zh = "账单金额的百分比可能不足百万分之一元，而折扣没有说明如何取整",
    mend_en = "add round = \"0.01 half_up\"",
    mend_zh = "加上 round = \"0.01 half_up\"",
}
messages.discount_round = {
    en = "what a discount of events leaves is rounded once, by the tariff of the line",
    zh = "逐次使用的折扣之后，由该行的资费取整一次",
    mend_en = "remove round, and say in the tariff how the line is rounded",
    mend_zh = "去掉 round，在资费中写明该行如何取整",
}
messages.discount_on_bill = {
    en = "a bill is no usage, so that a discount on it can't have {field}",
    zh = "账单不是一次使用，账单上的折扣不能有 {field}",
    mend_en = "remove {field}, or write per = \"event\"",
    mend_zh = "去掉 {field}，或写 per = \"event\"",
}
messages.dead_discount = {
    en = "no tariff of the catalog prices anything that this discount is on",
    zh = "目录中没有任何资费为此折扣适用的使用定价",
    mend_en = "correct on, or remove the discount",
    mend_zh = "更正 on，或删去此折扣",
}
messages.dead_discount_beside = {
    en = "this discount is never taken: '{other}' takes as much or more of all that it is on",
    zh = "此折扣永远用不到：“{other}”对其适用的一切减得同样多或更多",
    mend_en = "give '{other}' a condition, or remove one of them",
    mend_zh = "给“{other}”加上条件，或删去其中一个",
}
messages.wrong_unit = {
    en = "{field} is counted in {got}, but the service '{service}' in {wanted}",
    zh = "{field} 以{got}计，而业务“{service}”以{wanted}计",
    mend_en = "write it in {wanted}: {example}",
    mend_zh = "改以{wanted}计：{example}",
}
messages.tier_unit = {
    en = "up_to is counted in {got}, but the step in {wanted}",
    zh = "up_to 以{got}计，而计费单位以{wanted}计",
    mend_en = "write it in {wanted}, or as a number of steps",
    mend_zh = "改以{wanted}计，或写成计费单位数",
}
messages.convert_missing = {
    en = "{field} counts {wanted}, but the service '{service}' is counted in {got}",
    zh = "{field} 以{wanted}计，而业务“{service}”以{got}计",
    mend_en = "add convert = \"{each} = {as}\", with as much as it is worth",
    mend_zh = "加上 convert = \"{each} = {as}\"，写出实际的换算",
}
messages.convert_unit = {
    en = "this makes {got} of the service '{service}', but {field} counts {wanted}",
    zh = "此处把业务“{service}”换算成{got}，而 {field} 以{wanted}计",
    mend_en = "write convert = \"{each} = {as}\", with as much as it is worth",
    mend_zh = "写成 convert = \"{each} = {as}\"，写出实际的换算",
}
messages.convert_within_step = {
    en = "what this converts to ends within a step: {got} {what} are no whole number of steps of {step}",
    zh = "换算的结果止于一个计费单位之中：{got} {what}不是 {step} 的整数倍",
    mend_en = "convert to a whole number of steps, or write a smaller step",
    mend_zh = "换算成计费单位的整数倍，或写更小的计费单位",
}
messages.convert_with_first = {
    en = "a tariff that has a first step of its own can't convert: each unit that is converted would begin with it",
    zh = "首个计费单位另有价格的资费不能换算",
    mend_en = "remove first, or give this service a tariff of its own",
    mend_zh = "去掉 first，或为此业务单独写资费",
}
messages.convert_useless = {
    en = "nothing is counted in units here, so that convert does nothing",
    zh = "此处不按单位计量，换算没有作用",
    mend_en = "remove convert",
    mend_zh = "去掉 convert",
}
messages.served_twice = {
    en = "'{service}' is served by an entry before, at least in one zone",
    zh = "前面已列出业务“{service}”（至少在一个计费区）",
    mend_en = "remove one of the two, or give each its own zones",
    mend_zh = "去掉其中之一，或各写不同的计费区",
}
messages.step_within_unit = {
    en = "a step of '{tariff}' takes no whole number of units from the allowance '{allowance}', at {place}, for the service '{service}'",
    zh = "业务“{service}”使用时，“{tariff}”的一个计费单位抵扣免费资源“{allowance}”（{place}）的数量不是整数",
    mend_en = "convert alike in both, or name in uses the allowances that the tariff may use",
    mend_zh = "两处写相同的换算，或用 uses 指明资费可抵扣的免费资源",
}
messages.no_zones = {
    en = "the service '{service}' has no zone map, so nothing of it is in a zone",
    zh = "业务“{service}”没有号段表，不分计费区",
    mend_en = "remove zone, or add zones = \"…\" to the service",
    mend_zh = "去掉 zone，或在业务中加上 zones = \"…\"",
}
messages.minimum_over_maximum = {
    en = "the minimum {minimum} is over the maximum {maximum}",
    zh = "最低 {minimum} 大于最高 {maximum}",
    mend_en = "exchange them, or remove one",
    mend_zh = "互换，或去掉一个",
}
messages.dead_tariff = {
    en = "this tariff can never be reached: '{other}' before it serves all that it serves",
    zh = "此资费永远用不到：前面的“{other}”已包括它适用的全部",
    mend_en = "move it up, give it a condition, or remove it",
    mend_zh = "上移、加上条件，或删去",
}
messages.allowance_does_not_serve = {
    en = "the allowance '{id}' serves nothing of what the tariff serves",
    zh = "免费资源“{id}”不适用于此资费的任何使用",
    mend_en = "remove it from uses, or widen what the allowance serves",
    mend_zh = "从 uses 中去掉，或扩大免费资源的适用范围",
}
messages.unpriced = {
    en = "nothing prices the service '{service}'{zone_en}",
    zh = "业务“{service}”{zone_zh}没有任何资费",
    mend_en = "add a tariff that serves it, or refuse the numbers of the zone",
    mend_zh = "添加适用的资费，或对该区的号码写 refuse",
    propose = "{proposed}",
}
messages.unpriced_from = {
    severity = "warning",
    en = "from {from} on nothing{plan_en} prices the service '{service}'{zone_en}",
    zh = "自 {from} 起，{plan_zh}没有任何资费为业务“{service}”{zone_zh}定价",
    mend_en = "add a tariff that serves it to a package that is in force then",
    mend_zh = "在当时有效的优惠包中添加适用的资费",
    propose = "{proposed}",
}
messages.unpriced_between = {
    severity = "warning",
    en = "from {from} until {till} nothing{plan_en} prices the service '{service}'{zone_en}",
    zh = "{from} 至 {till} 之间，{plan_zh}没有任何资费为业务“{service}”{zone_zh}定价",
    mend_en = "add a tariff that serves it to a package that is in force then",
    mend_zh = "在当时有效的优惠包中添加适用的资费",
    propose = "{proposed}",
}
messages.version_drops = {
    severity = "warning",
    en = "package '{id}' prices the service '{service}'{zone_en} no longer from {from} on; the version before does",
    zh = "优惠包“{id}”自 {from} 起{zone_zh}不再为业务“{service}”定价，而前一版本有",
    mend_en = "add the tariff to this version, unless that is meant",
    mend_zh = "如果不是有意为之，在此版本中加上该资费",
}
messages.never_sold = {

    severity = "warning",
    en = "{word} '{id}' is in no {parent}, so nobody can buy it",
    zh = "{word}“{id}”不在任何 {parent} 中，无法购买",
    mend_en = "add it to a {parent}, or remove it",
    mend_zh = "加入某个 {parent}，或删去",
}
-- Tests

messages.unknown_column = {
    en = "cases can't have a column '{name}'; there are {choices}",
    zh = "cases 没有“{name}”这一列，可用的有 {choices}",
    mend_en = "write \"{near}\"",
    mend_zh = "改为 \"{near}\"",
    or_en = "name one of these columns",
    or_zh = "写其中一列",
}
messages.row_length = {
    en = "this row has {got} cells; the table has {wanted} columns",
    zh = "此行有 {got} 格，表有 {wanted} 列",
    mend_en = "write a cell for each column; an empty text leaves a field out",
    mend_zh = "每列写一格；空文本表示不写该字段",
}
messages.nothing_expected = {
    en = "this test expects nothing, so it can't fail",
    zh = "此测试没有任何期望，不可能失败",
    mend_en = "say what must come out: amount, zone, tariff, parts or refused",
    mend_zh = "写出应得的结果：amount、zone、tariff、parts 或 refused",
}
messages.quantity_missing = {
    en = "the event has no quantity",
    zh = "使用没有数量",
    mend_en = "add seconds, bytes or items",
    mend_zh = "加上 seconds、bytes 或 items",
}
messages.unknown_package = {
    en = "the catalog has no package '{name}'",
    zh = "目录中没有优惠包“{name}”",
    mend_en = "write \"{near}\"",
    mend_zh = "改为 \"{near}\"",
    or_en = "write the id of a package of this catalog",
    or_zh = "写本目录中优惠包的编号",
}
-- Functions

messages.loop_unbounded = {
    en = "`{word}` in a function may never end",
    zh = "函数中的 `{word}` 可能永不结束",
    mend_en = "write for i = 1, n do … end, which ends by itself",
    mend_zh = "改用 for i = 1, n do … end，它必然结束",
}
messages.context_field = {
    en = "{owner} has no field '{name}'",
    zh = "{owner} 没有“{name}”这个字段",
    mend_en = "write {owner}.{near}",
    mend_zh = "改为 {owner}.{near}",
    or_en = "it has {fields}",
    or_zh = "可用的有 {fields}",
}

messages.unknown_counter = {
    en = "no package of the catalog counts '{name}'",
    zh = "目录中没有优惠包累计“{name}”",
    mend_en = "write {near}",
    mend_zh = "改为 {near}",
    or_en = "write \"package.id\" of an allowance, of tiers, of a cap or of a limit",
    or_zh = "写免费资源、阶梯、封顶或限额的 \"优惠包.编号\"",
}
messages.clock_backwards = {
    en = "the clock can't go back to this time",
    zh = "时钟不能倒退到这一时刻",
    mend_en = "put the step where its time comes; a late usage names its time by use { at = … }",
    mend_zh = "把这一步放到时间相符的位置；迟到的使用用 use { at = … } 写明时刻",
}
messages.clock_too_far = {
    en = "the clock would leave the years 1900 to 2199",
    zh = "时钟将超出 1900 至 2199 年",
    mend_en = "advance by less",
    mend_zh = "前移少一些",
}
messages.not_held = {
    en = "the package '{name}' is not held here, so it can't be cancelled",
    zh = "此时没有持有优惠包“{name}”，无法取消",
    mend_en = "buy it in a step before this one",
    mend_zh = "在此之前用 buy 购买",
}
messages.use_without_service = {
    en = "this use names no service",
    zh = "这次使用没有写业务",
    mend_en = "add service = \"…\", here or in the event of the scenario",
    mend_zh = "在此处或 scenario 的 event 中加上 service = \"…\"",
}
messages.no_state_expected = {
    en = "this step expects nothing, so it can't fail",
    zh = "这一步没有任何期望，不可能失败",
    mend_en = "say what must be so: left, used, fees or charged",
    mend_zh = "写出应有的状态：left、used、fees 或 charged",
}
messages.fee_line = {
    en = "'{got}' is not a fee that falls due",
    zh = "“{got}”不是到期的费用",
    mend_en = "write \"package.fee 91.55\"",
    mend_zh = "写成 \"优惠包.收费 91.55\"",
}
messages.left_of_a_cycle = {
    en = "what an allowance has left is that of all its cycles together",
    zh = "免费资源的余量是各周期合计的",
    mend_en = "leave the day out of the name, or ask for `used`",
    mend_zh = "去掉名称中的日期，或改用 `used`",
}

messages.swept_twice = {
    en = "the sweep runs through `{field}`, and the event says what it is",
    zh = "sweep 已逐一取 {field} 的值，event 又写了它",
    mend_en = "leave it out of one of the two",
    mend_zh = "二者删去其一",
}
messages.sweep_without_time = {
    en = "nothing says when the usage of the range begins",
    zh = "没有写范围内的使用何时开始",
    mend_en = "add at = \"2026-09-18 12:00:00\" to the event, or a range of times to the sweep",
    mend_zh = "在 event 中加上 at = \"2026-09-18 12:00:00\"，或在 sweep 中写时间范围",
}
messages.empty_range = {
    en = "this range ends before it begins",
    zh = "此范围的终点在起点之前",
    mend_en = "write the smaller end first",
    mend_zh = "先写较小的一端",
}
messages.sweep_too_large = {
    en = "the sweep has {count} combinations, more than {most}",
    zh = "sweep 有 {count} 种组合，超过 {most}",
    mend_en = "take larger strides: \"1..7200, every 7\"",
    mend_zh = "加大步距：\"1..7200, every 7\"",
}
messages.parts_without_split = {
    en = "parts_make_whole needs to know where usage may be cut",
    zh = "parts_make_whole 需要知道可以在哪里拆分",
    mend_en = "add split = \"…\", the step of the tariff, such as \"60 s\"",
    mend_zh = "加上 split = \"…\"，即资费的计费单位，例如 \"60 s\"",
}
messages.split_without_parts = {
    en = "nothing is claimed of parts, so there is nothing to split",
    zh = "没有关于拆分的断言，无需 split",
    mend_en = "claim parts_make_whole, or remove split",
    mend_zh = "断言 parts_make_whole，或删去 split",
}
messages.nothing_to_compare = {
    en = "the range is too small for {claim}: there is nothing to compare",
    zh = "范围太小，{claim} 没有可比较的使用",
    mend_en = "sweep seconds, bytes or items through a larger range",
    mend_zh = "让 seconds、bytes 或 items 在更大的范围内取值",
}
messages.split_unit = {
    en = "usage of the range is counted in another unit than split",
    zh = "split 的单位与范围内使用的单位不同",
    mend_en = "write split in the unit '{unit}'",
    mend_zh = "split 以“{unit}”为单位",
}

-- Layouts

messages.no_layout = {
    en = "the file declares no layout",
    zh = "文件中没有声明 layout",
    mend_en = "write layout \"name\" { … }",
    mend_zh = "写 layout \"名称\" { … }",
}

messages.no_columns = {
    en = "the layout names no columns, and the file has no header that names them",
    zh = "布局没有列名，文件也没有标题行",
    mend_en = "add columns = { … }, or header = true",
    mend_zh = "加上 columns = { … }，或 header = true",
}
messages.skip_way = {
    en = "a skip row says is or is_not: one of the two",
    zh = "跳过规则写 is 或 is_not，二者取一",
    mend_en = "keep one of is and is_not",
    mend_zh = "在 is 与 is_not 中保留一个",
}
messages.one_quantity = {
    en = "an event is counted in seconds, bytes or items: one of the three",
    zh = "使用以 seconds、bytes 或 items 之一计量",
    mend_en = "keep one of seconds, bytes and items",
    mend_zh = "在 seconds、bytes、items 中保留一个",
}

-- What stands in files of its own.
for _, name in ipairs { "messages_dues", "messages_leaving", "messages_taxes", "messages_selling", "messages_prompts",
    "messages_lives", "messages_sharing", "messages_deposits",
    "messages_notices" } do
    for rule, message in pairs(use(name)) do
        messages[rule] = message
    end
end

return messages
