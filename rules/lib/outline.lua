-- The outline of a catalog: all that its scripts declare, as a flat list of lines, each a path such as
-- "package/e6@2026-01-01/tariff/local/price/night" and what stands there. Two outlines, line by line, are what differs between two
-- catalogs (diff.c). It is made by the schema alone: what is new in the language is in the outline at once.

local use, native = ...
local report = use "report"
local declare = use "declare"
local schema = use "schema"
local read = use "read"

local outline = {}

local SHOWN_BYTES_MAX = 4000

-- How words and fields are called where the language is Chinese; those that are not here go by their own name.
local names_zh = {
    catalog = "目录", product = "产品", service = "业务", zones = "号段表", calendar = "日历", package = "优惠包", tariff = "资费",
    allowance = "免费资源", plan = "定价计划", offering = "销售品", texts = "文本", order = "顺序",
    price = "价格", step = "计费单位", first = "首个计费单位", setup = "起始费", minimum = "最低费用", maximum = "最高费用",
    round = "取整", uses = "抵扣", when = "条件", amount = "数量或金额", serves = "适用", zone = "区", unit = "单位",
    every = "周期", from = "起", till = "止", layer = "层", layers = "层", convert = "换算", component = "成分", components = "成分", kind = "种类",
    hours = "时间", days = "日期", except = "除外", rest = "其余", holidays = "节假日表", prefix = "前缀", number = "号码",
    digits = "位数", followed_by = "后接", refuse = "拒绝", area_codes = "区号", currency = "币种", languages = "语言",
    table = "决策表", file = "文件", columns = "列", types = "类型", hit = "取用", domain = "取值范围",
    discount = "折扣", off = "减免", stack = "叠加", needs = "须持有", over = "优先于", per = "按", on = "适用", tiers = "阶梯",
    charge = "收费", ahead = "预收", prorate = "折算", priced_by = "计价周期", for_each = "逐个",
    replaces = "取代", split = "拆账", partner = "合作方", tax = "税码", prices = "含税方式", rate = "税率", termination = "提前终止", term = "约定期",
    remaining = "剩余", share = "份额", each_month = "按月", falls = "递减", suspended = "停机",
    sell = "销售规则", requires = "依赖", excludes = "互斥", recommends = "推荐", eligible = "购买资格", offer = "推荐的",
    only = "仅限", say = "文本键", members = "成员", effective = "生效方式", facts = "客户资料", agreements = "协议", under = "依附于",
    life_cycle = "生命周期", state = "状态", move = "流转", begins = "起始", final = "终态", within = "期限", late = "逾期", by = "主体",
    does = "所做", to = "到", prompt = "提示", retain = "挽留", quiet = "免打扰", show = "方式", priority = "优先级", rank = "等级",
    expires = "有效", declined = "拒绝后", accepted = "接受后", once = "只一次",
    seasonal = "季节性", default = "缺省", allow = "可选",
    param = "参数", params = "参数", choices = "可选值", source = "来源", derive = "推导", check = "校验", lasts = "有效期",
    formula_facts = "公式事实", money = "金额", shared = "共享", member_cap = "成员上限",
    deposit = "预存金", gift = "赠款", release = "返还", amounts = "各期金额", pays = "可支付", pay_order = "支付先后", with = "随",
    valid = "有效期", cancel = "终止时",
    session = "会话条款", quota = "配额", address = "地址",
    topup = "充值规则", at_least = "起充金额", bonus = "奖励金", extends = "延长",
    notify = "提醒", of = "所指", left = "余量", used = "用量", before = "提前", used_up = "用完通知", refund = "退费", gives = "退还",
    plans = "定价计划", base = "基础包", optional = "可选包", brand = "品牌", services = "业务", instructions = "指令上限",
}

-- Of the outline that is being made.
local lines, orders, taken, texts

local function add(node, value, shown)
    if #shown > SHOWN_BYTES_MAX then
        shown = string.gsub(string.sub(shown, 1, SHOWN_BYTES_MAX), "[\xC0-\xF7]?[\x80-\xBF]*$", "") .. "…"
    end
    for _, text in ipairs { node.what, node.path, node.en, node.zh, value, shown } do
        lines[#lines + 1] = text
    end
end

-- In which order something is written: only that is compared which is in both catalogs.
local function add_order(node, names)
    if #names > 1 then
        local path = node.path .. "/order"
        orders[path] = true
        add({ what = node.what, path = path, en = node.en .. ", order", zh = node.zh .. "，" .. names_zh.order },
            table.concat(names, "\n"), table.concat(names, ", "))
    end
end

-- A path may stand once: what is said twice gets a number.
local function unique(path)
    taken[path] = (taken[path] or 0) + 1
    return taken[path] == 1 and path or path .. " (" .. taken[path] .. ")"
end

local function child(node, key, en, zh)
    return { what = node.what, path = unique(node.path .. "/" .. key), en = node.en .. ", " .. en, zh = node.zh .. "，" .. zh }
end

-- What decides: two values are the same if these are.
local function canonical(value)
    if type(value) == "function" then
        return native.source(value)
    elseif type(value) ~= "table" then
        return type(value) == "string" and '"' .. value .. '"' or native.exact(value) or tostring(value)
    end
    local parts = {}
    for key, entry in report.entries(value) do
        if not (key == "place" and type(entry) == "table" and entry.declaration) then
            parts[#parts + 1] = tostring(key) .. " = " .. canonical(entry)
        end
    end
    return "{ " .. table.concat(parts, ", ") .. " }"
end

-- What its author wrote.
local function written(value, inside)
    if type(value) == "function" then
        return native.source(value)
    elseif type(value) ~= "table" then
        return native.exact(value) or tostring(value)
    end
    local declaration = declare.made(value)
    if declaration and declaration.id then
        return declaration.word .. ' "' .. declaration.id .. '"'
    end
    local parts = {}
    for index = 1, #value do
        parts[index] = written(rawget(value, index), true)
    end
    for key, entry in report.entries(value) do
        if math.type(key) ~= "integer" then
            parts[#parts + 1] = tostring(key) .. " = " .. written(entry, true)
        end
    end
    local list = table.concat(parts, ", ")
    return inside and "{ " .. list .. " }" or list
end

-- "e6 (Family E6)": an id, and what people call it in that language.
local function called(id, key, language)
    local text = texts[language] and texts[language][key]
    if not text or text == id or string.find(text, "{", 1, true) then
        return id
    end
    return id .. " (" .. text .. ")"
end

local function name_zh(name)
    return names_zh[name] or name
end

local walk_fields, walk_declaration

-- Rows are told apart by their first field that is there.
local function label_of(definition, body)
    for _, field in ipairs(definition.fields) do
        local value = body[field.at or field[1]]
        if value ~= nil then
            return (field.at and "" or field[1] .. " ") .. written(value)
        end
    end
    return "{}"
end

local function walk_rows(node, definition, rows, body)
    local names = {}
    for index, row in ipairs(rows) do
        local entry = rawget(body, index)
        local label = label_of(definition, entry)
        local inner = child(node, label, label, label)
        names[index] = string.sub(inner.path, #node.path + 2)
        walk_fields(inner, definition, row, entry)
    end
    add_order(node, names)
end

local function walk_bands(node, bands, body)
    for _, band in ipairs(report.sorted_keys(bands)) do
        add(child(node, band, called(band, "band." .. band, "en"), called(band, "band." .. band, "zh")), canonical(bands[band]),
            written(body[band]))
    end
end

local function walk_tiers(node, tiers, body)
    for index, tier in ipairs(tiers) do
        local raw = body[index]
        local inner = child(node, "tier " .. index, "tier " .. index, "第 " .. index .. " 阶梯")
        if tier.up_to then
            add(child(inner, "up_to", "up to", "上限"), canonical(tier.up_to), written(raw.up_to))
        end
        if tier.prices.bands then
            walk_bands(inner, tier.prices.bands, raw)
        else
            add(child(inner, "price", "price", name_zh "price"), canonical(tier.prices.one), written(raw[1]))
        end
    end
end

-- What comes off, by tier.
local function walk_offs(node, tiers, body)
    for index, tier in ipairs(tiers) do
        local raw = rawget(body, index)
        local inner = child(node, "tier " .. index, "tier " .. index, "第 " .. index .. " 阶梯")
        if tier.up_to then
            add(child(inner, "up_to", "up to", "上限"), canonical(tier.up_to), written(raw.up_to))
        end
        add(child(inner, "off", "off", name_zh "off"), canonical { tier.parts, tier.amount }, written(raw[1]))
    end
end

local function walk_value(node, field, value, body)
    local before = #lines
    local kind, name = field[2], nil
    if type(kind) == "table" then
        kind, name = kind[1], kind[2]
    end
    if kind == "record" then
        walk_fields(node, schema.records[name], value, body)
    elseif kind == "records" and body[1] == nil then
        walk_fields(node, schema.records[name], value[1], body)
    elseif kind == "rows" or kind == "records" then
        walk_rows(node, schema.records[name], value, body)
    elseif kind == "off" and value.tiered then
        walk_offs(node, value.tiers, body)
    elseif kind == "params" then
        for _, parameter in ipairs(value) do
            walk_fields(child(node, parameter.id, called(parameter.id, "param." .. parameter.id, "en"),
                called(parameter.id, "param." .. parameter.id, "zh")), schema.records.parameter, parameter, body[parameter.id])
        end
    elseif kind == "tiered_prices" and value.tiers then
        walk_tiers(node, value.tiers, body)
    elseif (kind == "prices" or kind == "tiered_prices") and value.bands then
        walk_bands(node, value.bands, body)
    else
        if field.default == nil or canonical(value) ~= canonical(field.default) then
            add(node, canonical(value), written(body))
        end
        return
    end
    if #lines == before then
        add(node, "{}", "{}")
    end
end

-- Rows of a decision table are told apart by the cells that are asked; their order matters where the first wins.
local function walk_cells(node, record, body)
    local names = {}
    for index = 1, #body do
        local asked, given = {}, {}
        local row = rawget(body, index)
        for column, name in ipairs(record.columns) do
            table.insert(string.find(name, "^=>") and given or asked, written(row[column]))
        end
        local label = table.concat(asked, ", ")
        local inner = child(node, label, label, label)
        names[index] = string.sub(inner.path, #node.path + 2)
        add(inner, table.concat(given, "\n"), table.concat(given, ", "))
    end
    if record.hit == "first" then
        add_order(node, names)
    end
end

-- The fields that are written: what is left out, and what says no more than the default, is the same.
function walk_fields(node, definition, record, body)
    for _, field in ipairs(definition.fields) do
        local value, raw = record[field[1]], body[field.at or field[1]]
        if raw ~= nil and value ~= nil then
            walk_value(child(node, field[1], field[1], name_zh(field[1])), field, value, raw)
        end
    end
end

local function walk_texts(node, prefix, body)
    for key, value in report.entries(body) do
        local full = prefix .. tostring(key)
        if type(value) == "table" and not declare.made(value) then
            walk_texts(node, full .. ".", value)
        else
            add(child(node, full, full, full), canonical(value), written(value))
        end
    end
end

-- Which declaration it is, below `node`, or as a beginning.
local function node_of(record, node)
    local word, id = record.word, record.id or ""
    local version = record.many and record.from and record.from.text
    local key = (word == "tariff" or word == "discount") and record.say or word .. "." .. id
    local en, zh = word .. " " .. called(id, key, "en"), name_zh(word) .. " " .. called(id, key, "zh")
    if version then
        id, en, zh = id .. "@" .. version, en .. " from " .. version, zh .. "（" .. version .. " 起）"
    end
    if node then
        return child(node, word .. "/" .. id, en, zh)
    end
    local path = word .. "/" .. id
    return { what = word, path = record.body and path or unique(path), en = en, zh = zh } -- texts may stand in several files
end

-- How a rule of selling is called: by its id, or by whom it names.
local function label_of_rule(rule)
    if rule.id then
        return rule.id
    end
    local names = {}
    for index, party in ipairs(rule.names) do
        names[index] = party.name
    end
    return table.concat(names, " + ")
end

-- Rules of selling are the same whichever braces they stand in.
local function walk_rules(record)
    local node = { what = record.word, path = record.word, en = record.word, zh = name_zh(record.word) }
    for _, name in ipairs(record.place.declaration.schema.items) do
        for _, rule in ipairs(record[name]) do
            local label = label_of_rule(rule)
            walk_declaration(child(node, name .. "/" .. label, name .. " " .. label, name_zh(name) .. " " .. label), rule)
        end
    end
end

function walk_declaration(node, record)
    local declaration = record.place.declaration
    local word, body = declaration.schema, declaration.body
    if word.free then
        walk_texts(node, "", body)
        return
    end
    add(node, "", record.id and word[1] .. ' "' .. record.id .. '"' or word[1])
    walk_fields(node, word, record, body)
    if record.rows then
        walk_rows({ what = node.what, path = node.path .. "/row", en = node.en, zh = node.zh }, schema.records[word.rows],
            record.rows, body)
    end
    if word.lists and record.columns then
        walk_cells({ what = node.what, path = node.path .. "/row", en = node.en, zh = node.zh }, record, body)
    end
    for _, name in ipairs(word.items or {}) do
        local names = {}
        for index, item in ipairs(record[name]) do
            local inner = node_of(item, node)
            names[index] = string.sub(inner.path, #node.path + #name + 3)
            walk_declaration(inner, item)
        end
        add_order({ what = node.what, path = node.path .. "/" .. name, en = node.en .. ", " .. name,
            zh = node.zh .. "，" .. name_zh(name) }, names)
    end
end

-- language → key → text, as far as they are texts
local function texts_of(records)
    local all = {}
    local function collect(into, prefix, body)
        for key, value in report.entries(body) do
            if type(value) == "string" then
                into[prefix .. tostring(key)] = value
            elseif type(value) == "table" and not declare.made(value) then
                collect(into, prefix .. tostring(key) .. ".", value)
            end
        end
    end
    for _, record in ipairs(records) do
        all[record.id or ""] = all[record.id or ""] or {}
        collect(all[record.id or ""], "", record.body)
    end
    return all
end

-- { lines = { what, path, path in English, path in Chinese, value, value as written, … }, orders = { path, … } }; nil after errors.
function outline.make()
    local words = read.all(schema.catalog)
    if native.has_errors() then
        return nil
    end
    lines, orders, taken, texts = {}, {}, {}, texts_of(words.texts)
    for _, word in ipairs(schema.catalog) do
        for _, record in ipairs(words[word[1]]) do
            if record.place.declaration.schema.top then
                walk_rules(record)
            elseif record.place.declaration.schema.form == "named" then
                walk_declaration(node_of(record), record)
            end
        end
    end
    return { lines = lines, orders = report.sorted_keys(orders) }
end

return outline
