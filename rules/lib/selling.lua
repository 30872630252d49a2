-- Selling: relations, eligibility, members and effective modes, with all their names resolved to what they name; then as what
-- build_sell.c reads. Packages, plans and offerings are the parties of relations, numbered in this order.

local use = ...
local report = use "report"
local failed = use "failed"
local schema = use "schema"
local dated = use "dated"
local sellable = use "sellable"
local prompts = use "prompts"
local lives = use "lives"
use "selling_types"

local selling = {}
local find, at = report.find, report.at

-- Where a package says nothing.
local default_modes = { { kind = "now", days = 0 }, { kind = "next_cycle", days = 0 }, { kind = "date", days = 0 } }

-- The relations of all `sell { … }`, in the order they were declared.
local function relations_of(words)
    local list = {}
    for _, record in ipairs(words.sell) do
        for _, name in ipairs { "requires", "excludes", "recommends", "eligible" } do
            for _, relation in ipairs(record[name]) do
                list[#list + 1] = relation
            end
        end
    end
    return list
end

-- The functions by their numbers, from 0: a host that runs the scripts again counts alike.
function selling.functions(words)
    local calls = {}
    for _, record in ipairs(words.sell) do
        for _, item in ipairs(record.entries) do
            if item.when then
                calls[#calls + 1] = item.when
                item.when_number = #calls - 1
            end
        end
    end
    return calls
end

local function add_parties(parties, kind, list)
    parties.first[kind] = #parties.list
    for _, entry in ipairs(list) do
        local name = kind == "package" and entry.id or kind .. "." .. entry.id
        if not parties.number[name] then
            parties.list[#parties.list + 1] = entry.id
            parties.number[name] = #parties.list - 1
            parties.names[#parties.list - 1] = name
        end
    end
    parties.count[kind] = #parties.list - parties.first[kind]
end

-- The numbers of what is named, without those that no word declared.
local function numbers_of(parties, names)
    local numbers = {}
    for _, name in ipairs(names or {}) do
        numbers[#numbers + 1] = parties.number[name.name]
    end
    return numbers
end

local function product_numbers(model, names)
    local numbers = {}
    for _, name in ipairs(names or {}) do
        numbers[#numbers + 1] = model.product_numbers[name]
    end
    return numbers
end

local function check_repeated(names)
    local seen = {}
    for _, name in ipairs(names) do
        if seen[name.name] then
            find("repeated", name.place, { name = name.name })
        end
        seen[name.name] = true
    end
end

local function build_relation(model, record)
    check_repeated(record.names)
    if record.word == "excludes" and #record.names == 1 then
        find("excludes_nothing", record.place)
    end
    return { kind = record.word, record = record, place = record.place, parties = numbers_of(model.parties, record.names),
        needs = numbers_of(model.parties, record.needs or record.offer),
        only = record.only and product_numbers(model, record.only.product) or {}, say = record.say, when = record.when_number,
        file = record.place.declaration.file, line = record.place.declaration.line }
end

local function same_mode(a, b)
    return a.kind == b.kind and a.days == b.days
end

-- The modes that a version of a package allows; the default comes first.
local function modes_of(record)
    local effective = record.effective
    if not effective or effective.broken then
        return default_modes
    end
    local default, modes = effective.default or effective.allow and effective.allow[1], {}
    if not default then
        find("no_entries", effective.place, { word = "effective" })
        return default_modes
    end
    modes[1] = default
    local allowed = not effective.allow
    for _, mode in ipairs(effective.allow or {}) do
        allowed = allowed or same_mode(mode, default)
        if not same_mode(mode, default) then
            modes[#modes + 1] = mode
        end
    end
    if not allowed then
        find("default_not_allowed", at(effective.place, "default"))
    end
    return modes
end

-- Rows of products, each once.
local function members_of(model, members)
    local rows, seen = {}, {}
    for _, row in ipairs(members.rows) do
        local product = model.product_numbers[row.product or ""]
        if product and seen[product] then
            find("repeated", row.place, { name = row.product })
        elseif product and row.count then
            seen[product] = true
            rows[#rows + 1] = { product = product, min = row.count.min, max = row.count.max }
        end
    end
    return rows
end

-- party → the relations in which it stands
local function relations_by_party(relations)
    local by_party = {}
    for _, relation in ipairs(relations) do
        for _, party in ipairs(relation.parties) do
            by_party[party] = by_party[party] or {}
            table.insert(by_party[party], relation)
        end
    end
    return by_party
end

-- Does a package need just that other one as long as it lasts, whatever its lines?
local function needs_party(model, package, other)
    for _, relation in ipairs(model.by_party[package] or {}) do
        if relation.kind == "requires" and #relation.only == 0 and #relation.needs == 1 and relation.needs[1] == other then
            return true
        end
    end
    return false
end

-- What a version of a package says of selling it.
local function terms_of(model, package)
    local record, parties = package.record, model.parties
    local terms = { party = parties.number[package.id], modes = modes_of(record) }
    local members = record.members
    if members and members.rows then
        terms.members = members_of(model, members)
    elseif members then
        terms.same_as = parties.number[members.same_as]
        if terms.same_as and not needs_party(model, terms.party, terms.same_as) and not failed.mentions("requires") then
            find("same_as_without_requires", at(members.place, "same_as"), { id = package.id, other = members.same_as })
        end
    end
    return terms
end

local function build_plan(model, version)
    local record, packages = version.record, {}
    for _, field in ipairs { "base", "optional" } do
        for _, id in ipairs(record[field] or {}) do
            packages[#packages + 1] = model.parties.number[id]
        end
    end
    return { party = model.parties.number["plan." .. version.id], version = version, packages = packages }
end

local function build_offering(model, version)
    local record, plans = version.record, {}
    for _, id in ipairs(record.plans or {}) do
        plans[#plans + 1] = model.parties.number["plan." .. id]
    end
    if record.kind == "agreement" and not record.agreements then
        find("agreement_without_list", version.place, { id = version.id })
    elseif record.agreements and record.kind ~= "agreement" then
        find("agreements_of_other_kind", at(version.place, "agreements"), { kind = record.kind })
    end
    return { party = model.parties.number["offering." .. version.id], version = version, plans = plans,
        agreements = record.kind == "agreement" and record.agreements or nil }
end

local function build_product(model, version)
    local record = version.record
    if record.kind == "ancillary" and not record.under then
        find("ancillary_without_under", version.place, { id = version.id })
    elseif record.under and record.kind ~= "ancillary" then
        find("under_of_standard", at(version.place, "under"), { id = version.id })
    end
    return { number = model.product_numbers[version.id], version = version, under = product_numbers(model, record.under) }
end

local function number_products(list)
    local ids, numbers = {}, {}
    for _, version in ipairs(list) do
        if not numbers[version.id] then
            ids[#ids + 1] = version.id
            numbers[version.id] = #ids - 1
        end
    end
    return ids, numbers
end

local function build_all(model, list, build)
    local built = {}
    for index, entry in ipairs(list) do
        built[index] = build(model, entry)
    end
    return built
end

-- What conditions may ask of a customer; nobody knows where the catalog could not be read.
local function open_facts(facts)
    local fields = {}
    for _, fact in ipairs(facts or {}) do
        fields[#fields + 1] = { fact.name, nil, "any" }
    end
    schema.contexts["suanpan.customer"] = facts and fields
end

-- What conditions name, as far as it is written out.
local function check_conditions(model, words)
    for _, record in ipairs(words.sell) do
        for _, item in ipairs(record.entries) do
            if item.when and schema.contexts["suanpan.customer"] then
                prompts.check_condition(model, item.when, at(item.place, "when"))
            end
        end
    end
end

-- All of selling; the packages of the model are built already.
function selling.build(outer, facts)
    open_facts(facts)
    local words = outer.words
    local products, plans, offerings = dated.of(words.product), dated.of(words.plan), dated.of(words.offering)
    local parties = { list = {}, names = {}, number = {}, first = {}, count = {} }
    add_parties(parties, "package", outer.packages)
    add_parties(parties, "plan", plans)
    add_parties(parties, "offering", offerings)
    local model = { parties = parties, facts = facts or {}, functions = selling.functions(words) }
    model.product_ids, model.product_numbers = number_products(products)
    model.products = build_all(model, products, build_product)
    model.relations = build_all(model, relations_of(words), build_relation)
    model.by_party = relations_by_party(model.relations)
    model.terms = build_all(model, outer.packages, terms_of)
    model.plans = build_all(model, plans, build_plan)
    model.offerings = build_all(model, offerings, build_offering)
    model.told = prompts.build(model, words)
    model.lives = lives.build(words)
    sellable.check(model, outer.packages)
    check_conditions(model, words)
    return model
end

-- Which texts are needed: need(key, place) for each.
function selling.need_texts(model, need)
    for _, relation in ipairs(model.relations) do
        if relation.say then
            need(relation.say, at(relation.place, "say"))
        end
    end
    prompts.need_texts(model.told, need)
    lives.need_texts(model.lives, need)
    for _, fact in ipairs(model.facts) do
        need("fact." .. fact.name, fact.place)
    end
    for _, offering in ipairs(model.offerings) do
        for index, agreement in ipairs(offering.agreements or {}) do
            need("agreement." .. agreement, at(at(offering.version.place, "agreements"), index))
        end
    end
end

local function map(list, make)
    local made = {}
    for index, entry in ipairs(list) do
        made[index] = make(entry)
    end
    return made
end

local function span(version, flat)
    flat.from, flat.till = version.from and version.from.day, version.till and version.till.day
    return flat
end

-- For the image; only of a model without errors.
function selling.flat(model)
    local parties = model.parties
    return {
        packages = parties.count.package, plans = parties.count.plan, offerings = parties.count.offering,
        parties = parties.list, products = model.product_ids, functions = #model.functions,
        facts = map(model.facts, function(fact) return { name = fact.name, kind = fact.kind } end),
        product_versions = map(model.products, function(product)
            return span(product.version, { product = product.number, ancillary = product.version.record.kind == "ancillary",
                under = product.under })
        end),
        terms = map(model.terms, function(terms)
            return { party = terms.party, same_as = terms.same_as, modes = terms.modes, members = terms.members }
        end),
        plan_versions = map(model.plans, function(plan)
            return span(plan.version, { party = plan.party, packages = plan.packages })
        end),
        offering_versions = map(model.offerings, function(offering)
            return span(offering.version, { party = offering.party, plans = offering.plans, agreements = offering.agreements })
        end),
        told = prompts.flat(model.told), lives = lives.flat(model.lives),
        relations = map(model.relations, function(relation)
            return { kind = relation.kind, parties = relation.parties, needs = relation.needs, only = relation.only,
                say = relation.say, when = relation.when, file = relation.file, line = relation.line }
        end),
    }
end

return selling
