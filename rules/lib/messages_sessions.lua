-- What the checker says of the terms on which sessions run (see messages.lua).

local messages = {}

messages.session_says_nothing = {
    en = "nothing is said of sessions here",
    zh = "此处没有写会话的任何条款",
    mend_en = "say quota = \"300 s\", valid = \"30 minutes\" or final = \"redirect\", or remove it",
    mend_zh = "写 quota = \"300 s\"、valid = \"30 minutes\" 或 final = \"redirect\"，或删去",
}
messages.session_of_zero = {
    en = "{field} is zero",
    zh = "{field} 为零",
    mend_en = "write how much it is, or remove {field}",
    mend_zh = "写出多少，或删去 {field}",
}
messages.session_only_of = {
    en = "{field} says something only where final = \"{final}\"",
    zh = "只有 final = \"{final}\" 时才用 {field}",
    mend_en = "write final = \"{final}\", or remove {field}",
    mend_zh = "写 final = \"{final}\"，或删去 {field}",
}
messages.session_needs = {
    en = "final = \"{final}\" does not say to what",
    zh = "final = \"{final}\" 没有写明对象",
    mend_en = "add {field}",
    mend_zh = "加上 {field}",
}
messages.dead_session = {
    en = "the session {id} is never asked: '{other}' before it is of all its usage, and says as much",
    zh = "会话条款 {id} 永远用不到：前面的“{other}”已包括它适用的全部使用与内容",
    mend_en = "move it up, or remove it",
    mend_zh = "上移，或删去",
}

return messages
