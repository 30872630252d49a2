-- Keys of every sort where fields should be.
-- build: unknown_field

package "attack" { kind = "base", from = "2020-01-01", [1.5] = 1, [true] = 2, [print or "x"] = 3, [{}] = 4, ["\0\27[2J"] = 5 }
