-- The steps of scenarios that are requests of a session (see scenarios.lua).

local use, native = ...
local report = use "report"
local types = use "types"

local session_steps = { steps = {} }
local find, at, readers = report.find, report.at, types.readers

-- { count, what (nil: the unit of the service) }, from 300 or "300 s"
function readers.units_of(value, place)
    if math.type(value) == "integer" then
        local count = readers.integer(value, place, 0, 1 << 53)
        return count and { count = count }
    end
    return readers.quantity(value, place, 0)
end

-- Is what must be done at the last unit written as the steps tell it?
local function is_final(text)
    return text == "" or text == "terminate" or string.find(text, "^redirect %S+$") or string.find(text, "^restrict %a[%w_-]*$")
        or string.find(text, "^restrict %a[%w_-]*, %a[%w_, -]*$")
end

-- What a step expects, for C; nil after findings.
local function expected(record)
    local expect = record.expect or {}
    if expect.broken then
        return nil
    elseif expect.final and not is_final(expect.final) then
        find("session_final", at(at(record.place, "expect"), "final"), { got = native.shorten(expect.final) })
        return nil
    end
    return { granted = expect.granted, final = expect.final, charged = expect.charged, unpaid = expect.unpaid, held = expect.held,
        refused = expect.refused }
end

function session_steps.steps.reserve(scenario, record)
    local event = {}
    for _, field in ipairs { "service", "from", "to", "attributes" } do
        event[field] = record[field] or scenario.event[field]
    end
    if scenario.session then
        find("session_still_open", record.place)
        return nil
    elseif not event.service then
        find("session_without_service", record.place)
        return nil
    end
    scenario.session = { member = record.member }
    local expect = expected(record)
    -- Its unit is that of the service, which the release knows.
    return expect and { expect = expect, ask = record.ask or { count = 0 }, event = { service = event.service,
        from = event.from or "", to = event.to or "", at = { ms = scenario.clock }, unit = "second", quantity = 0,
        attributes = event.attributes or {} } } or nil
end

-- A report of the session that is open, which is whose it was.
local function report_of(scenario, record)
    if not scenario.session then
        find("session_not_open", record.place)
        return nil
    end
    local expect = expected(record)
    return expect and { expect = expect, used = record.used, ask = record.ask, member = scenario.session.member } or nil
end

function session_steps.steps.update(scenario, record)
    return report_of(scenario, record)
end

function session_steps.steps.commit(scenario, record)
    local step = report_of(scenario, record)
    scenario.session = nil
    return step
end

return session_steps
