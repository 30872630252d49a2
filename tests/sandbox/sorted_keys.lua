-- Sorting that is there costs instructions.
-- rate: failed ran for more than 10000 instructions

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local map = {}
            for i = 1, 900 do map["key " .. i] = i end
            for _ in sorted(map) do end
            return true
        end,
    },
}
