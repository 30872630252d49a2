-- Declarations without end.
-- build: limit

for i = 1, 1e9 do
    package("p" .. i) { kind = "base", from = "2020-01-01" }
end
