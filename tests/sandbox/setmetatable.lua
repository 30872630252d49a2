-- A finalizer would run in the time of others.
-- rate: failed has no word 'setmetatable'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            setmetatable({}, { __gc = function() for _ = 1, 1 << 62 do end end })
            return true
        end,
    },
}
