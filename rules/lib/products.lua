-- Products: whose standard prices hold for all who have them, without being bought.

local use = ...
local report = use "report"

local products = {}
local find, at = report.find, report.at

local LAYER = "standard"

-- Standard prices give way to everything else, so they stand in the layer of that name.
local function check_layer(model, product)
    for _, package in ipairs(model.packages) do
        local layer = package.layer and model.layers[package.layer + 1]
        if package.id == product.standard and layer and layer ~= LAYER then
            find("standard_layer", at(product.place, "standard"), { id = product.id or "?", name = package.id, layer = layer })
            return
        end
    end
end

-- The products that have standard prices, by id; the same package in all versions of a product, for it has versions itself.
function products.with_standard(model)
    local list, by_id = {}, {}
    for _, product in ipairs(model.words.product) do
        local known = product.id and by_id[product.id]
        if product.id and product.standard and not known then
            check_layer(model, product)
            by_id[product.id] = product
            list[#list + 1] = { id = product.id, standard = product.standard }
        elseif known and product.standard and product.standard ~= known.standard then
            find("standard_changes", at(product.place, "standard"), { id = product.id, name = product.standard,
                other = known.standard })
        end
    end
    table.sort(list, function(a, b) return a.id < b.id end)
    return list
end

-- Adds the packages that come with a product to a set of those that somebody can have.
function products.add_sold(words, sold)
    for _, product in ipairs(words.product) do
        if product.standard then
            sold[product.standard] = true
        end
    end
end

return products
