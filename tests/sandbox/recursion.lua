-- Calls that go deeper and deeper.
-- rate: bounded

local function deeper(c)
    return 1 + deeper(c)
end

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return deeper(c) end,
    },
}
