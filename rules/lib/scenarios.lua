-- Scenarios: their steps for test_scenario.c, each at the instant to which the clock has come.

local use, native = ...
local report = use "report"
local events = use "events"
local money_steps = use "money_steps"
local refunds = use "test_refunds"
local session_steps = use "session_steps"
local sharing = use "sharing"
local facts = use "facts"

local scenarios = {}
local find, at = report.find, report.at

-- What a use says itself, and what it shares with the others.
local function merged(shared, own)
    local event = {}
    for _, field in ipairs { "service", "from", "to", "attributes" } do
        event[field] = own[field] or shared[field]
    end
    local counted = (own.seconds or own.bytes or own.items) and own or shared
    event.seconds, event.bytes, event.items = counted.seconds, counted.bytes, counted.items
    return event
end

-- The instant of a moment; nil while no release says what the local time is.
local function instant(moment)
    return moment and native.instant(moment.ms, moment.is_local)
end

-- Moves the scenario's clock to an instant, which can't be an earlier one.
local function move(scenario, ms, place)
    if ms and scenario.clock and ms < scenario.clock then
        find("clock_backwards", place)
    else
        scenario.clock = ms
    end
end

-- A package, and which member of a group holds it.
local function held_by(record)
    return (record.package or "?") .. " " .. (record.member or "")
end

-- Is what ends or changes there? False after a finding.
local function check_is_held(scenario, record)
    if not events.check_package(record.package, at(record.place, 1)) then
        return false
    elseif not scenario.held[held_by(record)] then
        find("not_held", at(record.place, 1), { name = record.package })
        return false
    end
    return true
end

-- What the rules of selling must say of a step: for C, whether a date was asked for, too.
local function judged(record)
    local expect = record.expect
    return expect and not expect.broken and { verdict = expect.verdict, dated = record.from ~= nil,
        because = expect.because and table.concat(expect.because, "; ") } or nil
end

local steps = {}

function steps.advance(scenario, record)
    if scenario.clock and record.value then
        local later = native.later(scenario.clock, record.value.count, record.value.every)
        if not later then
            find("clock_too_far", record.place)
        end
        move(scenario, later, record.place)
    end
    return {}
end

function steps.at(scenario, record)
    move(scenario, instant(record.value), record.place)
    return {}
end

function steps.buy(scenario, record)
    if not events.check_package(record.package, at(record.place, 1)) then
        return nil
    end
    sharing.check_held(record)
    scenario.held[held_by(record)] = true
    return { package = record.package, from = instant(record.from) or scenario.clock, till = instant(record.till),
        group = record.group, group_from = record.group_from, members = record.members, pays = record.pays,
        params = record.params, lines = record.lines, judged = judged(record) }
end

function steps.change(scenario, record)
    local from = instant(record.from) or scenario.clock
    if not check_is_held(scenario, record) then
        return nil
    elseif #record.params == 0 then
        find("no_entries", at(record.place, "params"), { word = "params" })
        return nil
    elseif from and scenario.clock and from < scenario.clock then
        find("change_of_the_past", at(record.place, "from"))
        return nil
    end
    return { package = record.package, from = from, params = record.params, judged = judged(record) }
end

-- A fact may have held before it is told, which changes nothing that was charged.
function steps.fact(scenario, record)
    local fact = facts.flat_one(record, true)
    if fact then
        fact.from = fact.from or scenario.clock and { ms = scenario.clock }
    end
    return fact and { fact = fact }
end

function steps.cancel(scenario, record)
    if not check_is_held(scenario, record) then
        return nil
    end
    scenario.held[held_by(record)] = nil
    return { package = record.package }
end

-- A use may be late, which does not move the clock; one that is ahead of the clock moves it.
function steps.use(scenario, record)
    local event = merged(scenario.event, record)
    local unit, quantity = events.quantity(event, record.place)
    local expect = {}
    if record.expect then
        expect = events.expected(record.expect, at(record.place, "expect"))
    end
    if not event.service then
        find("use_without_service", record.place)
    end
    if not unit or not event.service or not expect then
        return nil
    end
    local ms = instant(record.at) or scenario.clock
    if ms and scenario.clock and ms > scenario.clock then
        scenario.clock = ms
    end
    refunds.name_use(scenario, record, unit)
    return { expect = expect, name = record.as, event = { service = event.service, from = event.from or "", to = event.to or "",
        at = { ms = ms }, unit = unit, quantity = quantity, attributes = event.attributes or {} } }
end

function steps.expect(_, record)
    if #record.left == 0 and #record.used == 0 and record.charged == nil and not record.fees and not record.bill
        and not record.balances and not record.entries and not record.notices and not record.topups then
        find("no_state_expected", record.place)
        return nil
    end
    events.check_counters(record.left, at(record.place, "left"), "allowance")
    events.check_counters(record.used, at(record.place, "used"))
    for _, entry in ipairs(record.left) do
        if entry.cycle then
            find("left_of_a_cycle", at(at(record.place, "left"), entry.name))
            return nil
        end
    end
    events.check_fees(record.fees, at(record.place, "fees"))
    events.check_fees(record.bill, at(record.place, "bill"), "bill_line")
    events.check_notices(record.notices, at(record.place, "notices"))
    if not money_steps.check_expected(record) then
        return nil
    end
    local function joined(list)
        return list and table.concat(list, ", ")
    end
    return { left = record.left, used = record.used, charged = record.charged, balances = record.balances, fees = joined(record.fees),
        bill = joined(record.bill), entries = joined(record.entries), notices = joined(record.notices), topups = joined(record.topups) }
end

steps.give_back = refunds.give_back

for _, more in ipairs { money_steps.steps, session_steps.steps } do
    for word, read in pairs(more) do
        steps[word] = read
    end
end

-- A scenario for C; nil after findings, and while there is no release.
function scenarios.read(record)
    if record.event.broken then
        return nil -- each use would lack what could not be read
    end
    local clock = instant(record.from)
    local scenario = { clock = clock, event = record.event, held = {}, uses = {} }
    local known = facts.flat(record.facts, true)
    local list, expects = {}, false
    for _, holding in ipairs(record.holds or {}) do
        scenario.held[held_by(holding)] = true
    end
    for _, entry in ipairs(record.entries) do
        local step = not entry.broken and steps[entry.word](scenario, entry)
        if step then
            local declaration = entry.place.declaration
            step.word, step.file, step.line, step.clock = entry.word, declaration.file, declaration.line, scenario.clock
            step.member = step.member or entry.member
            list[#list + 1] = step
        end
        expects = expects or entry.word == "reserve" or entry.word == "use" or entry.word == "expect" or entry.word == "give_back"
            or entry.expect ~= nil
    end
    if not expects then
        find("nothing_expected", record.place)
    end
    return expects and known and scenario.clock and { clock = clock, holds = record.holds, used = record.used, steps = list, facts = known,
        cash = money_steps.has_money(record) and (record.cash or 0) or nil } or nil
end

return scenarios
