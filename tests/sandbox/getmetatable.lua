-- The metatable of texts belongs to everybody.
-- rate: failed has no word 'getmetatable'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            getmetatable("").__index = {}
            return true
        end,
    },
}
