-- Searching long texts costs instructions.
-- rate: bounded

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local text = "aaaaaaaaaaaaaaaa"
            for _ = 1, 11 do text = text .. text end
            for i = 1, 2000 do if text:contains("b") then return true end end
            return false
        end,
    },
}
