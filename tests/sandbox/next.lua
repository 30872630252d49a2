-- The same one entry at a time.
-- rate: failed has no word 'next'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return next({ a = 1, b = 2 }) == "a" end,
    },
}
