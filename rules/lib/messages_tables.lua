-- What the checker can say of calendars, tables and zones (see messages.lua).

local messages = {}

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

return messages
