-- Keeping the context for the next call.
-- rate: failed changed 'kept'

local kept

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            kept = c
            return true
        end,
    },
}
