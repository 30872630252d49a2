-- Adding a method to all texts.
-- rate: failed attempt to index a string

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local text = ""
            text.evil = true
            return true
        end,
    },
}
