-- A negative amount.
-- rate: failed is negative

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        amount = function(c) return money "-0.01" end,
    },
}
