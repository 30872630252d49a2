-- Stopping the collector.
-- rate: failed has no word 'collectgarbage'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return collectgarbage("stop") == 0 end,
    },
}
