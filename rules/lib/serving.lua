-- Which usage something serves: a service, and its zones as a set, or all of them.

local serving = {}

-- All zones of a service: names, or { "" } where there are none.
function serving.zones_of(model, service)
    local map = service.zones and model.zones[service.zones]
    return map and #map.zones > 0 and map.zones or { "" }
end

function serving.covers(serves, zone)
    return not serves.zones or serves.zones[zone] ~= nil
end

-- How a finding names a zone; "" where a service has none.
function serving.named_zone(zone)
    if zone == "" then
        return "", ""
    end
    return " to the zone '" .. zone .. "'", "在计费区“" .. zone .. "”"
end

return serving
