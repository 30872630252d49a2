-- Long texts that are thrown away at once: cheap in instructions, dear in copying.
-- rate: failed asked for more memory

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local text = "0123456789abcdef"
            for _ = 1, 10 do text = text .. text end
            for i = 1, 1000 do text = "x" .. text:sub(2) end
            return true
        end,
    },
}
