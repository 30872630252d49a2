-- The terms on which sessions run, of services and of packages (session_terms.c says which apply).

local use = ...
local report = use "report"
local serves = use "serves"
local types = use "types"

local sessions = {}
local find, at = report.find, report.at

local ADDRESS_BYTES_MAX = 255

types.wanted.address = { en = "an address, such as \"https://pay.example/top-up\", of at most " .. ADDRESS_BYTES_MAX .. " bytes",
    zh = "地址，例如 \"https://pay.example/top-up\"，至多 " .. ADDRESS_BYTES_MAX .. " 字节", like = '"https://pay.example/top-up"' }

function types.readers.address(value, place)
    if type(value) ~= "string" or #value > ADDRESS_BYTES_MAX or not string.find(value, "^%a[%w+.-]*:[\x21-\x7e]+$") then
        return types.wrong(value, place, types.wanted.address)
    end
    return value
end

local fields = { "quota", "valid", "final" }

-- What belongs to each way of ending, and to no other.
local belongs = { address = "redirect", services = "restrict" }

local function check_final(terms)
    for _, field in ipairs { "address", "services" } do
        if terms[field] and terms.final ~= belongs[field] then
            find("session_only_of", at(terms.place, field), { field = field, final = belongs[field] })
        elseif not terms[field] and terms.final == belongs[field] then
            find("session_needs", at(terms.place, "final"), { field = field, final = terms.final })
        end
    end
    if terms.services and #terms.services == 0 then
        find("no_entries", at(terms.place, "services"), { word = "services" })
    end
end

-- `served` as serves.resolve has it.
local function check_terms(terms, served)
    if not terms.quota and not terms.valid and not terms.final and not terms.address and not terms.services then
        find("session_says_nothing", terms.place)
    end
    for field, value in report.entries { quota = terms.quota and terms.quota.count, valid = terms.valid } do
        if value == 0 then
            find("session_of_zero", at(terms.place, field), { field = field })
        end
    end
    for _, one in ipairs(terms.quota and served or {}) do
        serves.check_unit(terms.quota, { { service = one.service, unit = one.service.unit, place = one.place } }, at(terms.place, "quota"))
    end
    check_final(terms)
end

-- Those of a service.
function sessions.check_service(service)
    local terms = service.session
    if terms and not terms.broken and not service.broken then
        check_terms(terms, { { service = service, place = service.place } })
    end
end

-- Does one say all that another does?
local function says_all(one, other)
    for _, field in ipairs(fields) do
        if other.record[field] ~= nil and one.record[field] == nil then
            return false
        end
    end
    return true
end

-- Those of a package, in written order.
function sessions.build(model, records)
    local list = {}
    for index, record in ipairs(records) do
        local served = serves.resolve(model, record.serves) or {}
        list[index] = { id = record.id, record = record, place = record.place, serves = served }
        serves.check_unconverted(served)
        if not record.broken then
            check_terms(record, served)
        end
        local earlier = {}
        for before = 1, index - 1 do
            earlier[#earlier + 1] = says_all(list[before], list[index]) and list[before] or nil
        end
        local other = serves.taken_by(model, list[index], earlier)
        if other then
            find("dead_session", record.place, { id = record.id or "?", other = other.id or "?" })
        end
    end
    return list
end

-- For the image; nil where nothing is said.
function sessions.flat_terms(terms)
    return terms and { quota = terms.quota and terms.quota.count or 0, valid = terms.valid or 0, final = terms.final,
        address = terms.address, services = terms.services or {} }
end

-- The same of a package's; `served` is the usage that they are of, as the image has it.
function sessions.flat(session, served)
    return { id = session.id, serves = served, terms = sessions.flat_terms(session.record) }
end

return sessions
