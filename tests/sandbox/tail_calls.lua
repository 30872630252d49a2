-- Calls that take no room, for ever.
-- rate: failed ran for more than 10000 instructions

local function again(c)
    return again(c)
end

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return again(c) end,
    },
}
