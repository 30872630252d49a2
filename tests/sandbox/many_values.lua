-- A table constructor with all of a long argument list.
-- rate: bounded

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local function grow(n, ...)
                if n == 0 then return #{ ... } end
                return grow(n - 1, n, n, n, n, n, n, n, n, ...)
            end
            return grow(5000)
        end,
    },
}
