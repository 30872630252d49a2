-- Catching the error of the budget.
-- rate: failed has no word 'pcall'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) for _ = 1, 1 << 62 do pcall(function() for _ = 1, 1 << 62 do end end) end end,
    },
}
