-- Comparing long texts that are equal but not the same.
-- rate: bounded

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local a, b = "0123456789abcdef", "0123456789abcdef"
            for _ = 1, 11 do a, b = a .. a, b .. b end
            for _ = 1, 1 << 62 do if a ~= b then return false end end
            return true
        end,
    },
}
