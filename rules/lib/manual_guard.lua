-- What the reference page says of guards; manual.lua takes it in.

local manual = { words = {}, types = {} }

manual.types.movement = { lua = "string", en = "percentage or amount", zh = "百分比或金额",
    more = { en = "\"2%\" of what was charged, or an amount \"20.00\"", zh = "当时收费的 \"2%\"，或金额 \"20.00\"" }, like = '"2%"' }

manual.words.guard = {
    about = {
        en = "Tried by `suanpan test DIRECTORY --against DATA --month 2026-03` only: the charges of that month, out of the data folder "
            .. "of a stopped server or a copy of one, are priced once more by these prices, and each limit is held against the difference. "
            .. "A share is one of what was charged; where nothing was, no rise is within a share. Charges that have no price any more "
            .. "count as lost, and there may be none of them unless `lost` says how many.",
        zh = "仅由 `suanpan test 目录 --against 数据目录 --month 2026-03` 检查：从已停止的服务器的数据目录或其副本中取出该月的收费，"
            .. "用本目录的价格重新计价，并以差额核对各项上限。百分比相对于当时的收费；当时没有收费的，任何上升都超出百分比。"
            .. "不再能计价的收费算作损失；除非以 `lost` 写明允许的笔数，否则一笔也不允许。",
    },
    file = "guard_test.lua",
    example = [[
guard "a month of a new price list" {
    total = { falls = "2%", rises = "5%" },
    customer = { rises = "20.00" },
    zone = { falls = "50%" },
}
]],
}

return manual
