-- A method of money called on something else.
-- rate: failed call this with a colon

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c)
            local plus = (money "1").plus
            return plus("x", "2%") == nil
        end,
    },
}
