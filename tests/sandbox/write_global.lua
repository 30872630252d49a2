-- Remembering something from call to call in a global.
-- rate: failed can't write 'count'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            count = 1
            return true
        end,
    },
}
