-- Changing what others use.
-- rate: failed can't write 'sub'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            string.sub = nil
            return true
        end,
    },
}
