-- All memory there is.
-- build: limit

local list = {}
for i = 1, 1e9 do
    list[i] = { i, i, i, i, i, i, i, i }
end
