-- One table for two declarations, changed behind the second.
-- build: wrong_call

local one = { id = "a" }
tariff(one)
tariff(one)
