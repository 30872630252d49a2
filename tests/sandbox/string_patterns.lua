-- Patterns run for hours in C: they are not there.
-- rate: failed nil value

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"):find("a*a*a*a*a*a*a*a*a*b") == nil end,
    },
}
