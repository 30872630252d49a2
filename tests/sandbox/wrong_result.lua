-- A result that is neither true nor false.
-- rate: failed must return true or false

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return c.to end,
    },
}
