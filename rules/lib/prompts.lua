-- Prompts and retention offers: their names resolved to what they name; then as what build_prompts.c reads. They are numbered as
-- written, the retention offers behind the prompts.

local use, native = ...
local report = use "report"
local failed = use "failed"
local types = use "types"

local prompts = {}
local find, at = report.find, report.at

local DAYS_MAX = 3660

-- 30, from "30 days"
function types.readers.days(value, place)
    local digits, unit = string.match(type(value) == "string" and value or "", "^(%d%d?%d?%d?) (days?)$")
    local count = math.tointeger(tonumber(digits))
    if not unit or count < 1 or count > DAYS_MAX then
        return types.wrong(value, place, { en = "a number of days such as \"30 days\", at most " .. DAYS_MAX,
            zh = "天数，例如 \"30 days\"，至多 " .. DAYS_MAX, like = '"30 days"' })
    end
    return count
end

-- What a condition names in texts: c.average("spend", 3), c.holds("e6").
local calls = {
    { "average", kind = "money by month" }, { "days_till", kind = "date" }, { "knows" }, { "holds" },
}

local function check_fact(model, call, name, place)
    for _, fact in ipairs(model.facts) do
        if fact.name == name then
            if call.kind and fact.kind ~= call.kind then
                find("fact_other_kind", place, { call = call[1], name = name, kind = fact.kind, wanted = call.kind })
            end
            return
        end
    end
    local names = {}
    for index, fact in ipairs(model.facts) do
        names[index] = fact.name
    end
    find("unknown_name", place, { what = { en = "fact of customers", zh = "客户资料" }, name = name, near = report.nearest(name, names) })
end

local function check_held(model, name, place)
    local plain = string.match(name, "^package%.(.*)$") or name
    local product = string.match(name, "^product%.(.*)$")
    if product and model.product_numbers[product] or model.parties.number[plain] then
        return
    end
    local names = {}
    for _, id in ipairs(model.product_ids) do
        names[#names + 1] = "product." .. id
    end
    for _, id in pairs(model.parties.names) do
        names[#names + 1] = id
    end
    table.sort(names)
    find("unknown_name", place, { what = { en = "package, plan, offering or product", zh = "优惠包、定价计划、销售品或产品" },
        name = name, near = report.nearest(name, names) })
end

-- The names that conditions write out, which only a call would find to be unknown.
function prompts.check_condition(model, condition, place)
    local source = string.gsub(native.source(condition), "%-%-[^\n]*", "")
    local seen = {}
    for _, call in ipairs(calls) do
        for name in string.gmatch(source, "%f[%w_]" .. call[1] .. "%s*%(%s*\"([^\"\n]*)\"%s*[,)]") do
            local known = seen[call[1] .. name] or failed.mentions(name)
            seen[call[1] .. name] = true
            if not known and call[1] == "holds" then
                check_held(model, name, place)
            elseif not known then
                check_fact(model, call, name, place)
            end
        end
    end
end

local function numbers_of(model, names)
    local numbers = {}
    for _, name in ipairs(names or {}) do
        numbers[#numbers + 1] = model.parties.number[name.name]
    end
    return numbers
end

-- All records of a word in all `sell { … }`, as written.
local function records_of(words, word)
    local list = {}
    for _, record in ipairs(words.sell) do
        for _, item in ipairs(record[word]) do
            list[#list + 1] = item
        end
    end
    return list
end

local function check_ids(list)
    local first = {}
    for _, record in ipairs(list) do
        local known = record.id and first[record.id]
        if known then
            find("duplicate_id", record.place, { word = record.word, id = record.id, place = report.name(known.place) })
        end
        first[record.id or ""] = known or record
    end
end

local function check_once(record)
    for _, field in ipairs(record.once and { "declined", "accepted" } or {}) do
        if record[field] and record[field] > 0 then
            find("prompt_once_again", at(record.place, field), { id = record.id or "?", field = field })
        end
    end
end

-- Of two retention offers for one party, nobody could say which is the higher.
local function check_ranks(list)
    local taken = {}
    for _, record in ipairs(list) do
        for _, name in ipairs(record.names) do
            local key = name.name .. " " .. tostring(record.rank)
            if taken[key] and record.rank then
                find("retain_same_rank", at(record.place, "rank"), { id = record.id or "?", other = taken[key].id or "?", party = name.name,
                    rank = record.rank })
            end
            taken[key] = taken[key] or record
        end
    end
end

local function build_prompt(model, record)
    check_once(record)
    return { record = record, place = record.place, offer = numbers_of(model, record.offer),
        parties = record.word == "retain" and numbers_of(model, record.names) or nil }
end

-- The numbers of those that a quiet excepts.
local function excepted(record, by_id, ids)
    local numbers = {}
    for index, id in ipairs(record.except or {}) do
        numbers[#numbers + 1] = by_id[id]
        if not by_id[id] and not failed.mentions(id) then
            find("unknown_name", at(at(record.place, "except"), index), { what = { en = "prompt", zh = "提示" }, name = id,
                near = report.nearest(id, ids) })
        end
    end
    return numbers
end

-- { prompts, quiets } of a model of selling, whose parties are numbered.
function prompts.build(model, words)
    local list, by_id, ids = records_of(words, "prompt"), {}, {}
    local retains, quiets, built = records_of(words, "retain"), records_of(words, "quiet"), { prompts = {}, quiets = {} }
    table.move(retains, 1, #retains, #list + 1, list)
    check_ids(list)
    check_ids(quiets)
    check_ranks(retains)
    for index, record in ipairs(list) do
        built.prompts[index] = build_prompt(model, record)
        by_id[record.id or ""] = by_id[record.id or ""] or index - 1
        ids[index] = record.id or ""
    end
    for index, record in ipairs(quiets) do
        built.quiets[index] = { record = record, place = record.place, except = excepted(record, by_id, ids) }
    end
    return built
end

-- Which texts are needed: need(key, place) for each.
function prompts.need_texts(built, need)
    report.need_said(built.prompts, need)
    report.need_said(built.quiets, need)
end

-- For the image.
function prompts.flat(built)
    local flat = { prompts = {}, quiets = {} }
    for index, prompt in ipairs(built.prompts) do
        local record = prompt.record
        flat.prompts[index] = { id = record.id, show = record.show, parties = prompt.parties, occasions = record.on or {},
            offer = prompt.offer, priority = record.priority or record.rank, when = record.when_number, expires = record.expires,
            declined = record.declined, accepted = record.accepted, once = record.once == true, say = record.say }
    end
    for index, quiet in ipairs(built.quiets) do
        flat.quiets[index] = { id = quiet.record.id, when = quiet.record.when_number, except = quiet.except, say = quiet.record.say }
    end
    return flat
end

return prompts
