-- What the checker can say of tests, functions and layouts (see messages.lua).

local messages = {}

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
messages.bill_line = {
    en = "'{got}' is not what comes off a bill",
    zh = "“{got}”不是账单减免的写法",
    mend_en = "write \"package.discount 4.50\"",
    mend_zh = "写成 \"优惠包.折扣 4.50\"",
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

return messages
