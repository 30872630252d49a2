-- A third of a fen that nobody said how to round.
-- rate: failed more than 6 decimals

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        amount = function(c) return money "0.01" / 3 end,
    },
}
