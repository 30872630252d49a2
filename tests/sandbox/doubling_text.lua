-- A text that doubles: 64 KiB in a dozen instructions, copied again and again.
-- rate: failed asked for more memory

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local text = "0123456789abcdef"
            for _ = 1, 1 << 62 do text = text .. text end
        end,
    },
}
