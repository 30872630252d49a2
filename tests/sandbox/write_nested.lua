-- The same in a table inside of a table that a function holds.
-- rate: failed can't write 'last'

local memory = { calls = { last = "" } }
local function remember(c)
    memory.calls.last = c.to
    return true
end

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return remember(c) end,
    },
}
