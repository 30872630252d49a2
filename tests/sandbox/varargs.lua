-- Argument lists that grow: each call copies all of them.
-- rate: bounded

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local function grow(...) return grow(1, ...) end
            return grow()
        end,
    },
}
