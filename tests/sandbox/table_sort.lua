-- Sorting ran 1.9 s within 10,000 instructions: the library is not there.
-- rate: failed has no word 'table'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local list = {}
            for i = 1, 1000 do list[i] = -i end
            table.sort(list)
            return true
        end,
    },
}
