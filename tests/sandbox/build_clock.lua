-- Asking the clock while building.
-- build: unknown_word

local now = os.time()
package "x" { kind = "base", from = now }
