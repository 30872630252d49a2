-- The order of a hash differs from one process to the next.
-- rate: failed has no word 'pairs'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) for key in pairs({ a = 1, b = 2 }) do return key == "a" end end,
    },
}
