-- Sharing: whether what is said of members and groups can be.

local use = ...
local report = use "report"

local sharing = {}
local find, at = report.find, report.at

-- The most that a member takes of an allowance, `cap` as a quantity; nil after a finding.
function sharing.check_member_cap(record, allowance, cap)
    local place = at(record.place, "member_cap")
    if not record.shared then
        find("member_cap_alone", place)
    elseif record.every == "once" then
        find("member_cap_without_cycle", place)
    elseif allowance.amount and cap.count >= allowance.amount and not record.carry_over then
        find("member_cap_bounds_nothing", place)
    else
        return cap.count
    end
end

function sharing.check_tiers(tiers)
    if tiers.by == "package" and tiers.every == "event" then
        find("by_without_cycle", at(tiers.place, "by"))
    end
end

-- How many lines hold any version of a package together, { min, max }; nil if nothing says so.
function sharing.lines_of(package, list)
    local members, left = package.record.members, #list
    while members and members.same_as and left > 0 do
        local same_as = members.same_as
        members, left = nil, left - 1 -- which ends a circle
        for _, other in ipairs(list) do
            members = members or other.id == same_as and other.record.members or nil
        end
    end
    local lines = { min = 0, max = 0 }
    for _, row in ipairs(members and members.rows or {}) do
        if not row.count then
            return nil
        end
        lines.min, lines.max = lines.min + row.count.min, lines.max + row.count.max
    end
    return members and members.rows and lines or nil
end

-- What a group owes or gets once, of a package that no group holds.
local function check_once(package, entry, list)
    if entry.record.by == "package" then
        local lines = sharing.lines_of(package, list)
        if lines and lines.max <= 1 then
            find("by_without_group", at(entry.place, "by"), { package = package.id })
        end
    end
end

function sharing.check(list)
    for _, package in ipairs(list) do
        for _, charge in ipairs(package.charges) do
            check_once(package, charge, list)
        end
        for _, stored in ipairs(package.stored) do
            check_once(package, stored, list)
            if stored.record.by == "package" and stored.record.with then
                find("gift_with_deposit", at(stored.place, "by"), { deposit = stored.record.with })
            end
        end
    end
end

-- How a package is held in a test: what is said of a group needs one, and it holds it no later than its member.
function sharing.check_held(holding)
    local from, group_from = holding.from, holding.group_from
    for _, field in ipairs { "group_from", "members", "pays" } do
        if holding[field] and not holding.group then
            find("group_missing", at(holding.place, field), { field = field })
        end
    end
    if holding.group and from and group_from and from.is_local == group_from.is_local and group_from.ms > from.ms then
        find("group_later", at(holding.place, "group_from"))
    end
end

return sharing
