-- Remembering something in a local of the file: the answer would depend on earlier calls.
-- rate: failed changed 'count'

local count = 0

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            count = count + 1
            return count > 1
        end,
    },
}
