-- Parameters of packages: typed values that an order sets, another system sends, or a function derives from others.

local use, native = ...
local report = use "report"
local types = use "types"
local declare = use "declare"
local kinds = use "kinds"
use "read" -- whose readers this adds to

local params = {}
local find, at = report.find, report.at

local wanted = {
    money = types.wanted.money, text = types.wanted.text, date = types.wanted.date, integer = types.wanted.integer,
    number = { en = "a decimal in quotes, such as \"0.15\", or a whole number", zh = "引号中的小数，例如 \"0.15\"，或整数", like = '"0.15"' },
}

-- A value of a kind as its text.
local function read_value(value, place, kind)
    if math.type(value) == "float" then
        find("float_for_decimal", place, { field = types.field_of(place), got = tostring(value), like = '"' .. tostring(value) .. '"' })
        return nil
    end
    local text = native.value(kind, value)
    if not text then
        return types.wrong(value, place, wanted[kind])
    end
    return text
end

-- The same, or true for none.
function types.readers.value(value, place, kind)
    return value == true or read_value(value, place, kind)
end

-- A list whose entries are read when it is known what they are.
function types.readers.values(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return types.wrong(value, place, { en = "a list", zh = "列表", like = '{ "…", "…" }' })
    end
    return value
end

-- function(p): its parameter is no usage, so that functions.lua has nothing to say of it.
function types.readers.param_function(value, place)
    if type(value) ~= "function" then
        return types.wrong(value, place, types.wanted["function"])
    end
    return value
end

-- Records of parameters by name, as a list.
function types.readers.params(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return types.wrong(value, place, types.wanted.table)
    end
    local list = {}
    for name, body in report.entries(value) do
        local inner = at(place, name)
        local id = types.readers.id(name, inner)
        local record = id and types.readers.record(body, inner, "parameter")
        if record then
            record.id, record.word = id, "param"
            list[#list + 1] = record
        end
    end
    return list
end

-- "site.tenants"
function types.readers.fact_name(value, place)
    if type(value) ~= "string" or not string.find(value, "^%a[%w_-]*%.%a[%w_-]*$") then
        return types.wrong(value, place, { en = "the name of a fact, such as \"site.tenants\"", zh = "事实的名称，例如 \"site.tenants\"",
            like = '"site.tenants"' })
    end
    return value
end

-- A fact may also be how many members the group has: a whole number, that nobody need say.
local fact_kinds = { table.unpack(kinds.names) }
fact_kinds[#fact_kinds + 1] = "members"

-- A list of { name = "group.name", kind, counts_members } from { group = { name = "kind" } }.
function types.readers.fact_groups(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return types.wrong(value, place, types.wanted.table)
    end
    local list = {}
    for group, names in report.entries(value) do
        local inner = at(place, group)
        local id = types.readers.id(group, inner)
        if id == "params" then
            find("fact_group_taken", inner, { name = id })
        elseif type(names) ~= "table" or declare.made(names) then
            types.wrong(names, inner, { en = "facts by name", zh = "按名称的事实", like = '{ tenants = "integer" }' })
        elseif id then
            for _, fact in ipairs(kinds.read(names, inner, fact_kinds)) do
                local counts = fact.kind == "members"
                list[#list + 1] = { name = id .. "." .. fact.name, kind = counts and "integer" or fact.kind, counts_members = counts }
            end
        end
    end
    table.sort(list, function(a, b) return a.name < b.name end)
    return list
end

-- The fields that say what a parameter is; a choice is a text that has choices.
local kind_fields = { "money", "number", "integer", "text", "date", "choice" }

-- The one field that says what it is; nil after a finding.
local function kind_field(record)
    local found
    for _, field in ipairs(kind_fields) do
        if record[field] ~= nil then
            if found then
                find("param_kind", at(record.place, field), { name = record.id })
                return nil
            end
            found = field
        end
    end
    if not found and not record.broken then
        find("param_kind", record.place, { name = record.id })
    end
    return found
end

-- The choices as texts, and whether the default is among them.
local function read_choices(param, record)
    local known, sound = param.default == nil, true
    for index, choice in ipairs(record.choices or {}) do
        local value = read_value(choice, at(at(record.place, "choices"), index), param.kind)
        param.choices[index] = value
        known = known or value == param.default
        sound = sound and value ~= nil
    end
    if record.choices and #record.choices == 0 or param.field == "choice" and not record.choices then
        find("param_without_choices", at(record.place, record.choices and "choices" or "choice"), { name = record.id })
    elseif record.choices and sound and not known then
        find("param_not_chosen", at(record.place, param.field), { name = record.id,
            choices = '"' .. table.concat(param.choices, '", "') .. '"' })
    end
end

-- What a parameter that a function derives, or that is a constant, can't have.
local function check_fields(param, record)
    local function refuse(fields, rule)
        for _, field in ipairs(fields) do
            if record[field] ~= nil then
                find(rule, at(record.place, field), { name = record.id, field = field })
            end
        end
    end
    if record.derive then
        refuse({ "choices", "source", "from", "till", "lasts" }, "param_derived")
        if param.default ~= nil then
            find("param_derived", at(record.place, param.field), { name = record.id, field = { en = "default", zh = "缺省值" } })
        end
    elseif record.source == "constant" then
        refuse({ "choices", "from", "till", "lasts" }, "param_constant")
    end
    local alive = record.from and "from" or record.till and "till" or record.lasts and "lasts"
    if not record.derive and param.default == nil and (record.source == "constant" or alive) then
        find("param_without_default", record.place, { name = record.id })
    end
    if record.from and record.till and record.till.day <= record.from.day then
        find("till_before_from", at(record.place, "till"), { from = record.from.text, till = record.till.text })
    end
    if record.check and not record.say or record.say and not record.check then
        find("param_without_say", record.place, { name = record.id })
    end
end

-- What a function asks of its parameter, as far as it is written out: "name", or with two steps "group.name". Comments and texts
-- are left out.
function params.asked(call, steps)
    local source = native.source(call)
    local name = string.match(source, "^function%s*%(%s*([%a_][%w_]*)")
    if not name then
        return {}
    end
    local list, seen = {}, {}
    source = string.gsub(string.gsub(source, "%-%-[^\n]*", ""), "\"[^\"\n]*\"", "\"\"")
    local step = "%s*%.%s*([%a_][%w_]*)"
    for first, behind in string.gmatch(source, "%f[%w_]" .. name .. step .. "()") do
        local path = first
        if steps == 2 then
            path = first .. "." .. (string.match(source, "^" .. step, behind) or "")
        end
        if not seen[path] then
            seen[path], list[#list + 1] = true, path
        end
    end
    return list
end

-- Where a function asks for "name" or "group.name", if its text tells; else `otherwise`.
function params.place_of(call, path, otherwise)
    local found
    for _, names in ipairs(native.members(call)) do
        local written = names[1]
        for depth = 1, written and #names or 0 do
            if depth > 1 then
                written = { name = written.name .. "." .. names[depth].name, file = names[depth].file, line = names[depth].line,
                    column = names[depth].column }
            end
            found = found or written.name == path and written
        end
    end
    return found or otherwise
end

-- The parameters that a function reads, by name.
local function read_by(call)
    local found = {}
    for _, name in ipairs(params.asked(call, 1)) do
        found[name] = true
    end
    return found
end

-- Sorts those that are derived behind what they are derived from; what is derived from itself is a finding.
local function order(list, by_id)
    local ordered, state = {}, {}
    local function add(param)
        if state[param.id] == "done" then
            return
        elseif state[param.id] then
            find("param_cycle", at(param.record.place, "derive"), { name = param.id })
            return
        end
        state[param.id] = "open"
        for _, id in ipairs(report.sorted_keys(param.reads)) do
            if by_id[id] then
                add(by_id[id])
            end
        end
        state[param.id] = "done"
        ordered[#ordered + 1] = param
    end
    for _, param in ipairs(list) do
        add(param)
    end
    return ordered
end

local function check_reads(param, function_field, by_id, ids)
    local call = param.record[function_field]
    for _, id in ipairs(call and report.sorted_keys(read_by(call)) or {}) do
        if not by_id[id] then
            find("unknown_name", params.place_of(call, id, at(param.record.place, function_field)),
                { what = { en = "parameter", zh = "参数" }, name = id, near = report.nearest(id, ids) })
        end
    end
end

local function build(record)
    local field = kind_field(record)
    local param = { id = record.id, word = "param", record = record, place = record.place, field = field, choices = {},
        kind = field == "choice" and "text" or field, reads = record.derive and read_by(record.derive) or {} }
    if field then
        param.default = record[field] ~= true and record[field] or nil
        read_choices(param, record)
        check_fields(param, record)
    end
    return param
end

-- All parameters of a package, those that are derived behind what they read; and by id.
function params.build(records)
    local list, by_id, ids = {}, {}, {}
    for index, record in ipairs(records or {}) do
        list[index] = build(record)
        by_id[record.id], ids[index] = list[index], record.id
    end
    for _, param in ipairs(list) do
        check_reads(param, "derive", by_id, ids)
        check_reads(param, "check", by_id, ids)
    end
    return order(list, by_id), by_id
end

-- The number of a parameter of a kind, from 0; nil after a finding.
function params.find(package, reference, kind)
    for number, param in ipairs(package.params) do
        if param.id == reference.param then
            if param.kind and param.kind ~= kind then
                find("param_other_kind", reference.place, { name = param.id, kind = param.kind, wanted = kind })
                return nil
            end
            return number - 1
        end
    end
    local ids = {}
    for index, param in ipairs(package.params) do
        ids[index] = param.id
    end
    find("unknown_name", reference.place, { what = { en = "parameter of this package", zh = "本优惠包的参数" },
        name = reference.param, near = report.nearest(reference.param, ids) })
    return nil
end

-- The texts that parameters need.
function params.need(list, need)
    for _, param in ipairs(list) do
        need("param." .. param.id, param.place)
    end
    report.need_said(list, need)
end

-- For the image.
function params.flat(param)
    local record = param.record
    return { id = param.id, kind = param.kind, default = param.default, choices = param.choices,
        source = record.derive and "derived" or record.source or "order", derive = record.derive_number,
        check = record.check_number, say = record.say or "", from = record.from and record.from.day,
        till = record.till and record.till.day, lasts = record.lasts and record.lasts.count or 0,
        lasts_every = record.lasts and record.lasts.every or "month" }
end

return params
