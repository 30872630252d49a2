-- Tax codes: the word `tax`, and the codes that tariffs, charges and terminations name.

local use = ...
local report = use "report"
local failed = use "failed"
local types = use "types"

local taxes = {}
local find, at = report.find, report.at

-- Parts per million; there may be none to pay.
function types.readers.rate(value, place)
    return types.readers.percent(value, place, 0)
end

-- One code, whose rates begin one after the other.
function taxes.build(record)
    local before
    for _, row in ipairs(record.rows) do
        if before and row.from and row.from.day <= before then
            find("tax_rates_not_rising", at(row.place, "from"), { from = row.from.text })
        end
        before = row.from and row.from.day or before
    end
    return { id = record.id, record = record, place = record.place, first = record.rows[1] and record.rows[1].from }
end

-- Every code has a rate whenever it is asked, and is asked by something.
function taxes.check(model)
    local used = {}
    for _, package in ipairs(model.packages) do
        for _, list in ipairs { package.tariffs, package.charges, package.terminations } do
            for _, item in ipairs(list) do
                local tax = model.taxes[item.record.tax or ""]
                used[item.record.tax or ""] = true
                if tax and tax.first and tax.first.day > package.from.day then
                    find("tax_without_rate", at(item.place, "tax"), { id = tax.id, first = tax.first.text, from = package.from.text })
                end
            end
        end
    end
    for _, tax in ipairs(model.tax_list) do
        if not used[tax.id] and not failed.mentions(tax.id) then
            find("tax_unused", tax.place, { id = tax.id })
        end
    end
end

-- For the image.
function taxes.flat(tax)
    local rates = {}
    for index, row in ipairs(tax.record.rows) do
        rates[index] = { from = row.from.day, parts = row.rate }
    end
    local round = tax.record.round
    return { id = tax.id, inclusive = tax.record.prices == "inclusive", rates = rates, round_step = round.step, round_mode = round.mode }
end

return taxes
