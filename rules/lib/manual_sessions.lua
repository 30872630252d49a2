-- What the reference page says of the terms on which sessions run (see manual.lua).

local manual = { words = {}, types = {} }
local words, types = manual.words, manual.types

words.session = {
    about = {
        en = "Stands inside of a package. The same terms may stand in the field `session` of a service, for everybody. Each term, `quota`, "
            .. "`valid` and `final`, is taken from the first layer in which a package that is held says it of such usage, in that from the "
            .. "package that was held first, and in that from the first in written order; else from the service. Where nobody says it: a "
            .. "client must say how much it wants, a grant is good as long as the server allows, and a session is ended at its last unit. "
            .. "What holds when a session begins holds for it to its end.",
        zh = "写在优惠包之内；同样的条款也可写在业务的 `session` 字段中，适用于所有人。`quota`、`valid`、`final` 各自取首个写有该项且适用此使用的层，"
            .. "其中先持有的优惠包，及其书写顺序在先的一条；都没有则取业务的。仍没有时：客户端须说明要多少，授予的有效时间以服务器允许的为准，"
            .. "用到最后额度时结束会话。会话开始时适用的条款一直适用到会话结束。",
    },
    file = "packages/prepaid.lua",
    example = [[
package "prepaid" {
    kind = "plugin", from = "2026-01-01",

    session {
        id = "calls", serves = { service = "voice" },
        quota = "300 s", valid = "10 minutes", final = "redirect", address = "https://pay.example/top-up",
    },
}
]],
}

types.address = { lua = "string", en = "address", zh = "地址", like = '"https://pay.example/top-up"' }

return manual
