-- How the lines of a charge are divided among products and partners: its field `split`.

local use = ...
local report = use "report"

local splits = {}
local find, at = report.find, report.at

local WHOLE = 1000000 -- parts per million

-- Each share is of one product or partner, each of them once; together they are the whole.
function splits.check(record)
    local sum, seen, sound = 0, {}, true
    for _, share in ipairs(record.split or {}) do
        local key = share.product and "product." .. share.product or share.partner and "partner." .. share.partner
        sound = sound and not share.broken
        if not share.broken and (not share.product) == (not share.partner) then
            find("split_party", share.place)
            sound = false
        elseif key and seen[key] then
            find("repeated", share.place, { name = share.product or share.partner })
        end
        seen[key or ""], sum = true, sum + (share.share or 0)
    end
    if record.split and sound and sum ~= WHOLE then
        find("split_sum", at(record.place, "split"), { sum = sum / 10000 })
    end
end

-- The texts of partners.
function splits.need(record, need)
    for _, share in ipairs(record.split or {}) do
        if share.partner then
            need("partner." .. share.partner, at(share.place, "partner"))
        end
    end
end

-- For the image.
function splits.flat(record)
    local list = {}
    for index, share in ipairs(record.split or {}) do
        list[index] = { party = share.product or share.partner, is_partner = share.partner ~= nil, parts = share.share }
    end
    return list
end

return splits
