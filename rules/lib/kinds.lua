-- Kinds of values by name, as the facts of formulas and the fields of moves are declared: { tenants = "integer", rent = "money" }.

local use = ...
local report = use "report"
local types = use "types"

local kinds = {}

kinds.names = { "money", "number", "integer", "text", "date", "boolean" }

-- A list of { name, kind, place } from a table; what is wrong in it is left out, after findings. `known`: the kinds it may have.
function kinds.read(names, place, known)
    local list = {}
    for name, kind in report.entries(names) do
        local inner = report.at(place, name)
        local id = types.readers.id(name, inner)
        local of = types.readers.one_of(kind, inner, table.unpack(known or kinds.names))
        if id and of then
            list[#list + 1] = { name = id, kind = of, place = inner }
        end
    end
    return list
end

return kinds
