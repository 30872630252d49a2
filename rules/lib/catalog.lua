-- A catalog: opens the language's words to the scripts, and when they have all run, turns what they declared into the model that
-- becomes the image (build_image.c), with findings on the way.

local use, native = ...
local report = use "report"
local failed = use "failed"
local declare = use "declare"
local schema = use "schema"
local read = use "read"
local calendars = use "calendars"
local decisions = use "decisions"
local functions = use "functions"
local zones = use "zones"
local packages = use "packages"
local selling = use "selling"
local sessions = use "sessions"
local products = use "products"
local serves = use "serves"
local taxes = use "taxes"
local deposits = use "deposits"
local topups = use "topups"
local texts = use "texts"
local image = use "image"
local outline = use "outline"

local catalog = {}
local find, at = report.find, report.at

function catalog.open()
    declare.open(schema.catalog)
end

-- The one declaration of the catalog. Without it nobody knows its layers, components and languages.
local function the_catalog(words)
    local first = words.catalog[1]
    if not first then
        if not failed.mentions("catalog") then
            find("no_catalog", { file = "catalog.lua" })
        end
        return { broken = true, languages = {} }
    end
    for index = 2, #words.catalog do
        find("duplicate_id", words.catalog[index].place, { word = "catalog", id = words.catalog[index].id or "?",
            place = report.name(first.place) })
    end
    local frozen = native.zone_name()
    if first.zone and first.zone ~= frozen then
        find("zone_not_frozen", at(first.place, "zone"), { name = first.zone, frozen = frozen })
    end
    for _, field in ipairs { "layers", "components", "languages" } do
        if first[field] and #first[field] == 0 then
            find("no_entries", at(first.place, field), { word = field })
        end
        first[field] = first[field] or {}
    end
    return first
end

-- Builds each record of a word: the list, and by id.
local function build_all(records, build)
    local list, by_id = {}, {}
    for _, record in ipairs(records) do
        local built = build(record)
        if built.id then
            list[#list + 1] = built
            by_id[built.id] = by_id[built.id] or built
        end
    end
    return list, by_id
end

-- What nobody can buy: a package in no plan, a plan in no offering. Said only where there are plans, or offerings, at all.
local function check_sold(words, word, parent, fields)
    if #words[parent] == 0 then
        return
    end
    local named = {}
    if word == "package" then
        products.add_sold(words, named)
    end
    for _, record in ipairs(words[parent]) do
        for _, field in ipairs(fields) do
            for _, id in ipairs(record[field] or {}) do
                named[id] = true
            end
        end
    end
    for _, record in ipairs(words[word]) do
        if record.id and not named[record.id] and not failed.mentions(record.id) then
            named[record.id] = true
            find("never_sold", record.place, { word = read.what_names[word], id = record.id, parent = read.what_names[parent] })
        end
    end
end

-- All that the scripts declared, resolved and checked.
local function build_model()
    local words = read.all(schema.catalog)
    local top = the_catalog(words)
    local model = { words = words, id = top.id, currency = top.currency, zone = top.zone, languages = top.languages,
        layers = top.layers, components = top.components, instructions = top.instructions, formula_facts = top.formula_facts or {},
        functions = packages.functions(words.package), pay_order = deposits.pay_order(top),
        used_up = top.used_up }
    model.zone_list, model.zones = build_all(words.zones, zones.build)
    model.calendar_list, model.calendars = build_all(words.calendar, calendars.build)
    model.service_list, model.services = build_all(words.service, serves.build_service)
    for _, service in ipairs(model.service_list) do
        sessions.check_service(service)
    end
    model.decision_list, model.decisions = build_all(words.table, decisions.build)
    table.sort(model.decision_list, function(a, b) return a.id < b.id end)
    decisions.check_asked(model.decisions)
    model.tax_list, model.taxes = build_all(words.tax, taxes.build)
    model.packages = packages.build(model, words.package)
    taxes.check(model)
    model.topups = topups.build(model, words.topup)
    model.selling = selling.build(model, top.facts)
    functions.check()
    model.standards = products.with_standard(model)
    check_sold(words, "package", "plan", { "base", "optional" })
    check_sold(words, "plan", "offering", { "plans" })
    if not top.broken then
        model.texts = texts.build(model)
    end
    return model
end

-- The functions by their numbers, for a host that runs the scripts of a sound catalog again.
function catalog.functions()
    declare.close()
    local calls = {}
    for number, entry in ipairs(packages.functions(read.all(schema.catalog).package)) do
        calls[number] = entry.call
    end
    return calls
end

-- The same for the functions of selling.
function catalog.selling_functions()
    declare.close()
    return selling.functions(read.all(schema.catalog))
end

-- All that was declared, line by line, to be compared with another catalog; nil after findings that are errors.
function catalog.outline()
    declare.close()
    return outline.make()
end

-- What becomes the image; nil after findings that are errors.
function catalog.finish()
    declare.close()
    local model = build_model()
    return not native.has_errors() and image.of(model) or nil
end

return catalog
