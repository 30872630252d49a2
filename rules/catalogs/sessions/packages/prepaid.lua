-- 0.15 for each minute that has begun, 0.01 for each started 100 KB.

package "prepaid" {
    kind = "base", from = "2026-01-01",

    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15" },
    tariff { id = "data", say = "used.data", serves = { service = "data" }, step = "102400 B", price = "0.01" },
}

-- Who holds it may still call when there is no money left to surf with, and is granted more at a time.
package "calls_only" {
    kind = "plugin", from = "2026-01-01",

    session { id = "data", serves = { service = "data" }, quota = "50 MB", final = "restrict", services = "voice" },
}
