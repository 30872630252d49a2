-- A field that does not exist.
-- rate: failed has no field 'secnds'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return c["sec" .. "nds"] > 60 end,
    },
}
