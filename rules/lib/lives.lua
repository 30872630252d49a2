-- Life cycles of orders: states and moves, resolved and checked; then as what build_lives.c reads. States and moves are numbered as
-- written, from 0.

local use = ...
local report = use "report"
local types = use "types"
local declare = use "declare"
local kinds = use "kinds"
use "prompts" -- whose reader of days this shares

local lives = {}
local find, at = report.find, report.at

-- A list of { name, kind, place } by name.
function types.readers.life_fields(value, place)
    if type(value) ~= "table" or declare.made(value) then
        return types.wrong(value, place, types.wanted.table)
    end
    return kinds.read(value, place)
end

-- By id, numbered; two with one id are a finding.
local function number(records)
    local by_id, ids = {}, {}
    for _, record in ipairs(records) do
        local known = record.id and by_id[record.id]
        if known then
            find("duplicate_id", record.place, { word = record.word, id = record.id, place = report.name(known.place) })
        elseif record.id then
            ids[#ids + 1] = record.id
            by_id[record.id] = { record = record, place = record.place, number = #ids - 1, id = record.id }
        end
    end
    return by_id, ids
end

local what = { state = { en = "state of this life cycle", zh = "该生命周期的状态" }, move = { en = "move of this life cycle", zh = "该生命周期的流转" } }

-- What a name stands for; nil after a finding.
local function look_up(by_id, ids, kind, name, place)
    if name and not by_id[name] then
        find("unknown_name", place, { what = what[kind], name = name, near = report.nearest(name, ids) })
    end
    return name and by_id[name]
end

-- Which states are reached from some, along `along`: from state to a list of states.
local function walk(begins, along)
    local reached, open = {}, begins
    while #open > 0 do
        local state = table.remove(open)
        if not reached[state] then
            reached[state] = true
            table.move(along[state] or {}, 1, #(along[state] or {}), #open + 1, open)
        end
    end
    return reached
end

local function add_to(map, key, value)
    map[key] = map[key] or {}
    table.insert(map[key], value)
end

-- The moves of a life cycle, whose ends are states; and whence and whither they lead.
local function build_moves(life, records)
    for index, record in ipairs(records) do
        local move = { record = record, id = record.id, from = {}, number = index - 1 }
        move.to = look_up(life.states, life.state_ids, "state", record.to, at(record.place, "to"))
        for place, name in ipairs(record.from or {}) do
            local state = look_up(life.states, life.state_ids, "state", name, at(at(record.place, "from"), place))
            if state then
                move.from[#move.from + 1] = state
                if move.to then
                    add_to(life.onward, state.id, move.to.id)
                    add_to(life.back, move.to.id, state.id)
                end
                if state.record.final then
                    find("final_goes_on", at(at(record.place, "from"), place), { id = name, name = record.id or "?" })
                end
            end
        end
        life.moves[index] = move
    end
end

-- Is every state on a way from the beginning to an end? Said only of a life cycle whose moves are known.
local function check_ways(life)
    local finals, broken = {}, life.record.broken or not life.begins
    for _, move in ipairs(life.moves) do
        broken = broken or move.record.broken or not move.to or #move.from ~= #(move.record.from or {})
    end
    for _, id in ipairs(life.state_ids) do
        broken = broken or life.states[id].record.broken
        if life.states[id].record.final then
            finals[#finals + 1] = id
        end
    end
    if broken then
        return
    end
    local reached, ends = walk({ life.begins.id }, life.onward), walk(finals, life.back)
    for _, id in ipairs(life.state_ids) do
        local state = life.states[id]
        if not reached[id] then
            find("state_unreachable", state.place, { id = id })
        elseif not life.onward[id] and not state.record.final then
            find("state_dead_end", state.place, { id = id })
        elseif not ends[id] then
            find("state_endless", state.place, { id = id })
        end
    end
end

-- What is made when the time in a state is over.
local function check_late(life, state)
    local record = state.record
    if (record.within == nil) ~= (record.late == nil) and not record.broken then
        find("within_and_late", record.place, { id = record.id })
    end
    local late = look_up(life.move_places, life.move_ids, "move", record.late, at(record.place, "late"))
    if not late or late.record.broken then
        return
    end
    state.late = late.number
    local leads = false
    for _, name in ipairs(late.record.from) do
        leads = leads or name == state.id
    end
    if not leads then
        find("late_not_from", at(record.place, "late"), { id = state.id, name = late.id })
    elseif #late.record.needs > 0 then
        find("late_needs", at(record.place, "late"), { name = late.id })
    end
end

local function check_fields(records)
    local first = {}
    for _, record in ipairs(records) do
        for _, field in ipairs(record.needs or {}) do
            local known = first[field.name]
            if known and known.kind ~= field.kind then
                find("field_two_kinds", field.place, { name = field.name, kind = field.kind, other = known.kind,
                    place = report.name(known.place) })
            end
            first[field.name] = known or field
        end
    end
end

local function build(record)
    local life = { record = record, id = record.id, place = record.place, onward = {}, back = {}, moves = {} }
    life.states, life.state_ids = number(record.state)
    life.move_places, life.move_ids = number(record.move)
    life.begins = look_up(life.states, life.state_ids, "state", record.begins, at(record.place, "begins"))
    build_moves(life, record.move)
    for _, id in ipairs(life.state_ids) do
        check_late(life, life.states[id])
    end
    check_fields(record.move)
    check_ways(life)
    return life
end

-- All life cycles, by id.
function lives.build(words)
    local list = {}
    for _, record in ipairs(words.life_cycle) do
        if record.id then
            list[#list + 1] = build(record)
        end
    end
    table.sort(list, function(a, b) return a.id < b.id end)
    return list
end

-- Which texts are needed: need(key, place) for each.
function lives.need_texts(list, need)
    for _, life in ipairs(list) do
        need("life_cycle." .. life.id, life.place)
        for _, id in ipairs(life.state_ids) do
            need("state." .. id, life.states[id].place)
        end
        for _, move in ipairs(life.moves) do
            local record = move.record
            if record.id then
                need("move." .. record.id, record.place)
            end
            for index, role in ipairs(record.by or {}) do
                need("role." .. role, at(at(record.place, "by"), index))
            end
            for _, field in ipairs(record.needs or {}) do
                need("field." .. field.name, field.place)
            end
        end
    end
end

local function flat_move(move)
    local record, from = move.record, {}
    for index, state in ipairs(move.from) do
        from[index] = state.number
    end
    return { id = record.id, from = from, to = move.to.number, by = record.by, needs = record.needs, does = record.does }
end

-- For the image.
function lives.flat(list)
    local flat = {}
    for index, life in ipairs(list) do
        local one = { id = life.id, begins = life.begins.number, states = {}, moves = {} }
        for place, id in ipairs(life.state_ids) do
            local state = life.states[id]
            one.states[place] = { id = id, final = state.record.final == true, within = state.record.within or 0, late = state.late }
        end
        for place, move in ipairs(life.moves) do
            one.moves[place] = flat_move(move)
        end
        flat[index] = one
    end
    return flat
end

return lives
