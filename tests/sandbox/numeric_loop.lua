-- A loop that counts by next to nothing.
-- rate: failed ran for more than 10000 instructions

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            for i = 0, 1, 1 / 10 ^ 300 do if i > 1 then return true end end
            return true
        end,
    },
}
