-- What the checker can say of life cycles; messages.lua takes it in.

local messages = {}

messages.state_unreachable = {
    en = "no way leads to the state '{id}'",
    zh = "没有任何流转通向状态“{id}”",
    mend_en = "add a move that leads to it, or remove it",
    mend_zh = "添加通向它的流转，或删去它",
}
messages.state_dead_end = {
    en = "no way leads out of the state '{id}', which is not final",
    zh = "状态“{id}”没有出路，却不是终态",
    mend_en = "add a move out of it, or write final = true",
    mend_zh = "添加离开它的流转，或写 final = true",
}
messages.state_endless = {
    en = "from the state '{id}' no final state can be reached",
    zh = "从状态“{id}”无法到达任何终态",
    mend_en = "add a move that leads on, or write final = true where it ends",
    mend_zh = "添加通向终态的流转，或在结束处写 final = true",
}
messages.final_goes_on = {
    en = "the state '{id}' is final, but the move '{name}' leads out of it",
    zh = "状态“{id}”是终态，流转“{name}”却由它出发",
    mend_en = "remove it from the move's `from`, or remove final",
    mend_zh = "从该流转的 `from` 中删去，或删去 final",
}
messages.late_not_from = {
    en = "the move '{name}' does not lead from the state '{id}', so that it can't be made when its time is over",
    zh = "流转“{name}”不从状态“{id}”出发，逾期时无法进行",
    mend_en = "add the state to the move's `from`, or name another move",
    mend_zh = "把该状态加入流转的 `from`，或另写一个流转",
}
messages.late_needs = {
    en = "the move '{name}' must have something filled in, which nobody does when the time is over",
    zh = "流转“{name}”需要填写内容，逾期自动进行时无人填写",
    mend_en = "name a move without needs",
    mend_zh = "改用无须填写的流转",
}
messages.within_and_late = {
    en = "the state '{id}' has one of within and late, but not the other",
    zh = "状态“{id}”的 within 与 late 只写了其一",
    mend_en = "write both, or neither: what happens when the time is over",
    mend_zh = "两者都写（写明逾期后如何），或都不写",
}
messages.field_two_kinds = {
    en = "'{name}' is of the kind {kind} here, and of the kind {other} at {place}",
    zh = "“{name}”在此处种类为 {kind}，在 {place} 为 {other}",
    mend_en = "give one of them another name, or the same kind",
    mend_zh = "改用另一名称，或写同一种类",
}
messages.walk_without_steps = {
    en = "the walk takes no step",
    zh = "该流程没有任何步骤",
    mend_en = 'add step { "…", by = "…", at = "…" }',
    mend_zh = '添加 step { "…", by = "…", at = "…" }',
}
messages.step_backwards = {
    en = "the step is earlier than what was before it",
    zh = "该步骤早于其前一步",
    mend_en = "write a later time",
    mend_zh = "写更晚的时间",
}

return messages
