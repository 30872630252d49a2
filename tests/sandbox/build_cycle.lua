-- A table that holds itself.
-- build: wrong_type

local texts_of = {}
texts_of.again = texts_of
texts "zh"(texts_of)
