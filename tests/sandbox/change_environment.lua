-- Another environment for the next call.
-- rate: failed changed '_ENV'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            _ENV = {}
            return true
        end,
    },
}
