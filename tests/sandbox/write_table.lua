-- The same in a table of the file.
-- rate: failed can't write 'count'

local seen = { count = 0 }

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            seen.count = seen.count + 1
            return seen.count > 1
        end,
    },
}
