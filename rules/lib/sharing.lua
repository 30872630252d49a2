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

-- How a package is held in a test: what is said of a group needs one, and it holds it no later than its member.
function sharing.check_held(holding)
    local from, group_from = holding.from, holding.group_from
    for _, field in ipairs { "group_from", "members" } do
        if holding[field] and not holding.group then
            find("group_missing", at(holding.place, field), { field = field })
        end
    end
    if holding.group and from and group_from and from.is_local == group_from.is_local and group_from.ms > from.ms then
        find("group_later", at(holding.place, "group_from"))
    end
end

return sharing
