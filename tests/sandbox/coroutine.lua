-- Escaping the hook into a new thread.
-- rate: failed has no word 'coroutine'

package "attack" {
    kind = "promotion", from = "2020-01-01",
    tariff {
        id = "attack", say = "voice.call", serves = { service = "voice" },
        step = "60 s", price = "0",
        when = function(c) return coroutine.wrap(function() for _ = 1, 1 << 62 do end end)() end,
    },
}
