-- A float among exact numbers.
-- rate: failed is a float

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return money "1.00" * (1 / 10) > money "0" end,
    },
}
