-- What the functions of a catalog do, as far as their text tells: loops that no count ends, numbers that are not exact, and fields
-- that their context does not have. All of this would come to light only when a charge calls them.

local use, native = ...
local report = use "report"
local schema = use "schema"
local types = use "types"

local functions = {}
local find = report.find

local function names_of(fields)
    local names = {}
    for index, field in ipairs(fields) do
        names[index] = field[1]
    end
    return names
end

-- The names behind a context, `.at.hour`: each is a field of what the names before it gave.
local function check_member(names, context)
    local fields, owner = schema.contexts[context], "c"
    for _, name in ipairs(names) do
        local kind
        for _, field in ipairs(fields) do
            kind = field[1] == name.name and field[3] or kind
        end
        if not kind then
            local known = names_of(fields)
            find("context_field", name, { owner = owner, name = native.shorten(name.name), near = report.nearest(name.name, known),
                fields = table.concat(known, ", ") })
            return
        end
        fields, owner = schema.contexts[kind], owner .. "." .. name.name
        if not fields then
            return
        end
    end
end

-- Several declarations may share a function, and a line several functions: each place is looked at once.
local function check_members()
    local seen = {}
    for _, written in ipairs(types.functions) do
        for _, names in ipairs(native.members(written.call)) do
            local first = names[1]
            local key = first and first.file .. ":" .. first.line .. ":" .. first.column
            if first and not seen[key] then
                seen[key] = true
                check_member(names, written.context)
            end
        end
    end
end

function functions.check()
    for _, loop in ipairs(native.loops()) do
        find("loop_unbounded", loop, { word = loop.name })
    end
    for _, number in ipairs(native.floats()) do
        local whole, rest = string.match(number.name, "^(%d*)(%.%d+)$")
        find("float_in_function", number, { got = number.name, exact = whole and (whole == "" and "0" or whole) .. rest })
    end
    check_members()
end

return functions
