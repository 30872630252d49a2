-- A table that grows without end.
-- rate: failed ran for more than 10000 instructions

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local list = {}
            for _ = 1, 1 << 62 do list[#list + 1] = #list end
        end,
    },
}
