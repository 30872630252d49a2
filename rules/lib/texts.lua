-- Texts: every id has a sentence in every language of the catalog. Keys are written flat, ["zone.local"] = "…", or nested,
-- zone = { ["local"] = "…" }.

local use, native = ...
local report = use "report"
local failed = use "failed"
local declare = use "declare"
local types = use "types"
local deposits = use "deposits"
local dues = use "dues"
local notices = use "notices"
local selling = use "selling"
local params = use "params"

local texts = {}
local find, at = report.find, report.at

local DEPTH_MAX = 8
local language_names = { zh = { en = "Chinese", zh = "中文" }, en = { en = "English", zh = "英文" } }

-- Blanks that a text may have: those of a line of a charge; names have none.
local line_blanks = { "amount", "package", "units", "zone" }
local charge_blanks = { "amount", "from", "package", "till" }

local function add(into, key, text, place)
    if into[key] then
        find("text_repeated", place, { key = key, place = report.name(into[key].place) })
        return
    end
    text = types.readers.text(text, place)
    into[key] = text and { text = text, place = place }
end

local function collect(into, prefix, body, place, depth)
    for key, value in report.entries(body) do
        local inner = at(place, key)
        local full = type(key) == "string" and prefix .. key
        if not full or #full > 200 then
            types.wrong(key, inner, types.wanted.text_key)
        elseif type(value) == "table" and not declare.made(value) and depth < DEPTH_MAX then
            collect(into, full .. ".", value, inner, depth + 1)
        else
            add(into, full, value, inner)
        end
    end
end

local function collect_all(records, languages)
    local found = {}
    for _, language in ipairs(languages) do
        found[language] = {}
    end
    for _, record in ipairs(records) do
        if record.id and not found[record.id] then
            find("language_not_listed", record.place, { name = record.id })
        elseif record.id then
            collect(found[record.id], "", record.body, record.place, 1)
        end
    end
    return found
end

-- Which texts are needed: key → { place, blanks }.
local function needed_texts(model)
    local needed = {}
    local function need(key, place, blanks)
        needed[key] = needed[key] or { place = place, blanks = blanks or {} }
    end
    local function need_records(word)
        for _, record in ipairs(model.words[word]) do
            if record.id then
                need(word .. "." .. record.id, record.place)
            end
        end
    end
    for _, word in ipairs { "catalog", "product", "service", "package", "plan", "offering", "tax" } do
        need_records(word)
    end
    for _, offering in ipairs(model.words.offering) do
        if offering.brand then
            need("brand." .. offering.brand, at(offering.place, "brand"))
        end
    end
    for _, map in ipairs(model.zone_list) do
        for _, zone in ipairs(map.zones) do
            need("zone." .. zone, map.zone_places[zone])
        end
        for _, refusal in ipairs(map.refusals) do
            need("refusal." .. refusal, map.refusal_places[refusal])
        end
    end
    for _, calendar in ipairs(model.calendar_list) do
        for _, band in ipairs(calendar.bands) do
            need("band." .. band, calendar.place)
        end
    end
    for _, package in ipairs(model.packages) do
        for _, tariff in ipairs(package.tariffs) do
            if tariff.say then
                need(tariff.say, at(tariff.place, "say"), line_blanks)
            end
            if tariff.record.refuse then
                need(tariff.record.refuse, at(tariff.place, "refuse"))
            end
        end
        for _, allowance in ipairs(package.allowances) do
            if allowance.id then
                need("allowance." .. allowance.id, allowance.place)
            end
        end
        for _, cap in ipairs(package.caps) do
            if cap.id then
                need("cap." .. cap.id, cap.place)
            end
        end
        for _, discount in ipairs(package.discounts) do
            if discount.say then
                need(discount.say, at(discount.place, "say"))
            end
        end
        params.need(package.params, need)
        dues.need(package.charges, need, charge_blanks)
        dues.need(package.terminations, need, charge_blanks)
        deposits.need(package.stored, need)
        notices.need(package.notices, need)
        report.need_said(package.refunds, need)
        report.need_said(package.limits, need)
    end
    report.need_said(model.topups, need)
    dues.need_reasons(need)
    selling.need_texts(model.selling, need)
    return needed
end

local function check_blanks(key, text, blanks)
    for name in string.gmatch(text.text, "{([%w_]*)}") do
        local known = false
        for _, blank in ipairs(blanks) do
            known = known or blank == name
        end
        if not known then
            local near = report.nearest(name, blanks)
            find("unknown_blank", text.place, { key = key, name = "{" .. native.shorten(name) .. "}", near = near and "{" .. near .. "}",
                choices = #blanks > 0 and "{" .. table.concat(blanks, "}, {") .. "}" or { en = "none", zh = "无" } })
        end
    end
end

local function check_language(language, found, needed)
    local unused = {}
    for _, key in ipairs(report.sorted_keys(found)) do
        if not needed[key] then
            unused[#unused + 1] = key
        end
    end
    for _, key in ipairs(report.sorted_keys(needed)) do
        local blanks = { key = key, language = language_names[language], language_id = language,
            near = report.nearest(key, unused) }
        if found[key] then
            check_blanks(key, found[key], needed[key].blanks)
        elseif not failed.mentions("texts") then
            find(blanks.near and "missing_text_near" or "missing_text", needed[key].place, blanks)
        end
    end
    -- Where there are errors, what would use a text may be among them.
    for _, key in ipairs(native.has_errors() and {} or unused) do
        find("unused_text", found[key].place, { key = key })
    end
end

-- For the image: { { language, { key, text, key, text, … } by key }, … }.
function texts.build(model)
    local found = collect_all(model.words.texts, model.languages)
    local needed = needed_texts(model)
    local built = {}
    for index, language in ipairs(model.languages) do
        check_language(language, found[language], needed)
        local list = {}
        for _, key in ipairs(report.sorted_keys(found[language])) do
            list[#list + 1] = key
            list[#list + 1] = found[language][key].text
        end
        built[index] = { language = language, list = list }
    end
    return built
end

return texts
