-- The time zone that catalog.lua names, as far as it can be known before anything is checked: the bundle takes the transitions of
-- that zone along.

local use = ...
local declare = use "declare"
local schema = use "schema"

local zone_name = {}

function zone_name.open()
    declare.open(schema.catalog)
end

function zone_name.find()
    for _, declaration in ipairs(declare.list) do
        local body = declaration.word == "catalog" and declaration.body
        if body and type(body.zone) == "string" then
            return body.zone
        end
    end
end

return zone_name
