-- A loop that does not end.
-- build: loop_unbounded

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) while true do end end,
    },
}
