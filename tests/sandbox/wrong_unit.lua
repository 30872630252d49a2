-- Seconds asked as bytes.
-- rate: failed counted in seconds

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return c.bytes > 60 end,
    },
}
