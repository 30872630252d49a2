-- Can each thing be sold at all? Finds rules of selling that go round in a circle, and parties for which there is no set of others
-- that meets what it needs, and what these need, without two that exclude each other or are never sold at the same time; and plans
-- whose own packages exclude each other.

local use = ...
local report = use "report"

local sellable = {}
local find = report.find

-- Of one party; past that nobody says that it can't be sold.
local STEPS_MAX = 2000

local model
local spans -- party → { from, till } in days, of all its versions together

local function name_of(party)
    return model.parties.names[party]
end

-- Circles.

-- party → the relations by which just one other will do
local function sole_needs(party)
    local list = {}
    for _, relation in ipairs(model.by_party[party] or {}) do
        if relation.kind == "requires" and #relation.needs == 1 then
            list[#list + 1] = relation
        end
    end
    return list
end

-- "a, b, a": what a walk came by since it was at a party.
local function circle(path, party)
    local names, inside = {}, false
    for _, step in ipairs(path) do
        inside = inside or step == party
        names[#names + 1] = inside and name_of(step) or nil
    end
    names[#names + 1] = name_of(party)
    return table.concat(names, ", ")
end

-- Walks what is needed, once from each party; true for those that are in a circle that was told.
local function walk(party, state, path)
    state[party] = "open"
    path[#path + 1] = party
    for _, relation in ipairs(sole_needs(party)) do
        local other = relation.needs[1]
        if state[other] == "open" then
            find("requires_circular", relation.place, { names = circle(path, other) })
            model.circular[party] = true
        elseif not state[other] then
            walk(other, state, path)
        end
    end
    path[#path] = nil
    state[party] = "done"
end

-- Sets of parties that can be held together.

local function excluded_by(party, held)
    for _, relation in ipairs(model.by_party[party] or {}) do
        if relation.kind == "excludes" and #relation.only == 0 then
            for _, other in ipairs(relation.parties) do
                if other ~= party and held[other] then
                    return other
                end
            end
        end
    end
end

-- The first need of what is held that nothing held meets.
local function open_need(list, held)
    for _, party in ipairs(list) do
        for _, relation in ipairs(model.by_party[party] or {}) do
            local met = relation.kind ~= "requires"
            for _, other in ipairs(relation.needs) do
                met = met or held[other]
            end
            if not met and #relation.needs > 0 then
                return relation
            end
        end
    end
end

-- Adds a party to what is held together from..till, and whatever is needed then; false if that can't be. `why` keeps the first reason.
local function complete(party, list, held, from, till, why)
    local other, span = excluded_by(party, held), spans[party]
    why.steps = why.steps + 1
    from, till = math.max(from, span.from), math.min(till, span.till)
    if other or from >= till then
        if not why.party then
            why.party, why.other, why.excluded = party, other or list[#list], other ~= nil
        end
        return false
    end
    list[#list + 1], held[party] = party, true
    local relation = open_need(list, held)
    local found = relation == nil or why.steps > STEPS_MAX
    for _, need in ipairs(found and {} or relation.needs) do
        found = found or complete(need, list, held, from, till, why)
    end
    if not found then
        held[party], list[#list] = nil, nil
    end
    return found
end

-- The relation of a party that names, or leads to, what can't be.
local function blamed(party)
    for _, relation in ipairs(model.by_party[party]) do
        if relation.kind == "requires" then
            return relation
        end
    end
end

local function check_party(party)
    local why = { steps = 0 }
    local relation = blamed(party)
    if not relation or model.circular[party] or complete(party, {}, {}, math.mininteger, math.maxinteger, why) then
        return
    end
    local direct = why.excluded and why.other == party and #relation.needs == 1 and relation.needs[1] == why.party
    find(direct and "requires_excluded" or "never_sellable", relation.place, { name = name_of(party), party = name_of(why.party),
        other = name_of(why.other) })
end

-- What is in a plan by default is held together.
local function check_plan(plan)
    local record, held = plan.version.record, { [plan.party] = true }
    for _, id in ipairs(record.base or {}) do
        local party = model.parties.number[id]
        local other = party and excluded_by(party, held)
        if other then
            find("plan_excludes_itself", report.at(record.place, "base"), { name = plan.version.id, party = name_of(party),
                other = name_of(other) })
        end
        held[party or ""] = true
    end
end

-- From the first day of any version to the last.
local function add_span(party, version)
    local from, till = version.from and version.from.day or math.mininteger, version.till and version.till.day or math.maxinteger
    local span = spans[party]
    spans[party] = { from = span and math.min(span.from, from) or from, till = span and math.max(span.till, till) or till }
end

-- `of_selling` is what selling.build made; `packages` are those of its terms.
function sellable.check(of_selling, packages)
    model, spans = of_selling, {}
    model.circular = {}
    for index, terms in ipairs(model.terms) do
        add_span(terms.party, packages[index])
    end
    for _, list in ipairs { model.plans, model.offerings } do
        for _, entry in ipairs(list) do
            add_span(entry.party, entry.version)
        end
    end
    local state = {}
    for party = 0, #model.parties.list - 1 do
        if model.by_party[party] and not state[party] then
            walk(party, state, {})
        end
    end
    for party = 0, #model.parties.list - 1 do
        if model.by_party[party] then
            check_party(party)
        end
    end
    for _, plan in ipairs(model.plans) do
        check_plan(plan)
    end
end

return sellable
