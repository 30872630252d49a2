-- A word that does not exist takes everything, but not for ever.
-- build: unknown_word

local thing = unknown.thing("x") { a = 1 }
for _, entry in ipairs(thing) do
    entry.x = 1
end
