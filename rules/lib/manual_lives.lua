-- What the reference page says of life cycles; manual.lua takes it in.

local manual = { words = {}, types = {} }

manual.words.life_cycle = {
    about = {
        en = "Every state must be on a way from the beginning to a final state. What must be filled in may be filled in with any move "
            .. "before, too. Of a state with a time limit the move `late` is made when the time is over, by nobody; until it is made, "
            .. "no other can be. Days are local. States, moves, roles and fields have texts: \"state.ID\", \"move.ID\", \"role.ID\", "
            .. "\"field.ID\".",
        zh = "每个状态都须在从起始到某个终态的路上。须填写的内容也可在此前的流转中填写。"
            .. "有期限的状态逾期后自动进行 `late` 所写的流转，在此之前不能进行其他流转。天数按当地日期计算。"
            .. "状态、流转、角色与填写内容都有文本：\"state.编号\"、\"move.编号\"、\"role.编号\"、\"field.编号\"。",
    },
    file = "installation.lua",
    example = [[
life_cycle "installation" {
    begins = "ordered",
    state { id = "ordered", within = "30 days", late = "expire" },
    state { id = "planned" },
    state { id = "working", final = true },
    state { id = "dropped", final = true },
    move { id = "plan", from = "ordered", to = "planned", by = "planner", needs = { visit_on = "date" }, does = "notify" },
    move { id = "install", from = "planned", to = "working", by = "fitter", does = { "begin" } },
    move { id = "expire", from = { "ordered", "planned" }, to = "dropped", by = { "planner", "fitter" } },
}
]],
}
manual.words.state = {
    about = { en = "Stands in a life cycle. The example stands with `life_cycle`.", zh = "写在生命周期之中。示例见 `life_cycle`。" },
}
manual.words.move = {
    about = { en = "Stands in a life cycle. The example stands with `life_cycle`.", zh = "写在生命周期之中。示例见 `life_cycle`。" },
}
manual.words.walk = {
    about = {
        en = "Begins in the state in which the life cycle begins. A step that is refused changes nothing.",
        zh = "从生命周期的起始状态开始。被拒绝的步骤不改变任何内容。",
    },
    file = "installation_test.lua",
    example = [[
walk "planned, then installed" {
    of = "installation", at = "2026-03-01 09:00:00",

    step { "plan", by = "planner", at = "2026-03-02 09:00:00", expect = { refused = "field", missing = { "visit_on" } } },
    step { "plan", by = "planner", at = "2026-03-02 09:00:00", fill = { visit_on = "2026-03-09" },
        expect = { state = "planned", next = { "install", "expire" } } },
    step { "install", by = "fitter", at = "2026-03-09 15:00:00", expect = { state = "working", does = { "begin" } } },
}
]],
}
manual.words.step = {
    about = { en = "Stands in a walk. The example stands with `walk`.", zh = "写在 walk 之中。示例见 `walk`。" },
}

manual.types.life_fields = { lua = "table<string, string>", en = "fields and their kinds", zh = "内容及其种类",
    more = { en = "by name: \"money\", \"number\", \"integer\", \"text\", \"date\" or \"boolean\"",
        zh = "按名称：\"money\"、\"number\"、\"integer\"、\"text\"、\"date\" 或 \"boolean\"" },
    like = '{ site = "text" }' }

return manual
