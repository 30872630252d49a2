-- A number beyond what can be held is an error with a name, never another number.
-- rate: failed OVERFLOW

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local amount = money "9000000000"
            for _ = 1, 100 do amount = amount * 9000000000000000000 end
            return amount > money "0"
        end,
    },
}
