-- A loop that does not end, while the catalog is built.
-- build: limit

while true do end
