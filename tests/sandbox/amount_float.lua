-- An amount that is a float.
-- rate: failed must return money

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        amount = function(c) return 15 / 100 end,
    },
}
