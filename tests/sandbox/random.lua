-- Throwing dice.
-- rate: failed nil value

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return math.random() > 1 / 2 end,
    },
}
