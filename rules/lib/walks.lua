-- Walks of test files: `walk`, an order on its way through its life cycle (life.h).

local use, native = ...
local report = use "report"
use "lives" -- whose readers this shares

local walks = {}
local find, at = report.find, report.at

local function joined(list)
    return list and table.concat(list, ", ")
end

local function expected(expect)
    return expect and { state = expect.state, refused = expect.refused, missing = joined(expect.missing), does = joined(expect.does),
        next = joined(expect.next), till = expect.till }
end

-- The instant of a moment; nil while no release says what the local time is.
local function instant(moment)
    return moment and native.instant(moment.ms, moment.is_local)
end

-- A walk for C; nil after findings.
function walks.read(record)
    local steps, clock, sound = {}, instant(record.at), not record.broken
    for index, step in ipairs(record.step) do
        local ms = instant(step.at)
        if clock and ms and ms < clock then
            find("step_backwards", at(step.place, "at"))
            sound = false
        end
        clock = ms or clock
        sound = sound and not step.broken and not (step.expect and step.expect.broken)
        steps[index] = { line = step.place.declaration.line, move = step.move, by = step.by or "", at = step.at, fill = step.fill,
            expect = expected(step.expect) }
    end
    if #steps == 0 then
        find("walk_without_steps", record.place)
    end
    return sound and #steps > 0 and { of = record.of, at = record.at, steps = steps } or nil
end

return walks
