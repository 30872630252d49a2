-- What the checker says of the steps of scenarios that are requests of a session (see messages.lua).

local messages = {}

messages.session_not_open = {
    en = "no session is open here",
    zh = "此时没有未结束的会话",
    mend_en = "begin one before it: reserve { service = \"…\" }",
    mend_zh = "在此之前用 reserve { service = \"…\" } 开始一个会话",
}
messages.session_still_open = {
    en = "a session is open already: a scenario has one at a time",
    zh = "已有未结束的会话：场景中同一时间只能有一个",
    mend_en = "close it before: commit { used = 0 }",
    mend_zh = "先用 commit { used = 0 } 结束它",
}
messages.session_without_service = {
    en = "the session does not say what is used",
    zh = "会话没有写明业务",
    mend_en = "add service = \"…\", here or in the scenario's event",
    mend_zh = "在此处或场景的 event 中加上 service = \"…\"",
}
messages.session_final = {
    en = "'{got}' is nothing that a client could be told to do",
    zh = "“{got}”不是可以告知客户端的处理",
    mend_en = "write \"terminate\", \"redirect ADDRESS\", \"restrict service, service\", or \"\" for nothing",
    mend_zh = "写 \"terminate\"、\"redirect 地址\"、\"restrict 业务, 业务\"，没有则写 \"\"",
}

return messages
