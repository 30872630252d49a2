-- The text of a table would show where it lies.
-- rate: yes

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return tostring({}) == "table" and tostring(tostring) == "function" end,
    },
}
