-- Changing the usage.
-- rate: failed the context can't be written

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            c.to = "110"
            return true
        end,
    },
}
