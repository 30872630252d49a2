-- luacheck --config rules/.luacheckrc rules
std = "lua54"
max_line_length = 140
ignore = { "212/_.*" }

local words = { "assert", "decimal", "error", "ipairs", "math", "money", "select", "sorted", "string", "tonumber", "tostring", "type" }

local function with(more)
    local all = {}
    for _, list in ipairs { words, more } do
        for _, word in ipairs(list) do
            all[#all + 1] = word
        end
    end
    return { std = "none", read_globals = all }
end

stds.none = {}
files["**/catalogs/**/*.lua"] = with {
    "allowance", "calendar", "cap", "catalog", "charge", "column", "deposit", "discount", "eligible", "excludes", "gift", "life_cycle",
    "limit", "move", "notify", "offering", "package", "param", "plan", "product", "prompt", "quiet", "recommends", "refund", "requires",
    "retain", "sell", "service", "session", "state", "table", "tables", "tariff", "tax", "termination", "texts", "topup", "zones",
}
files["**/sample/**/*.lua"] = files["**/catalogs/**/*.lua"]
files["**/catalogs/**/*_test.lua"] = with {
    "advance", "always", "at", "buy", "cancel", "cases", "change", "commit", "due", "expect", "fact", "give_back", "guard", "occasion",
    "order", "reserve", "resume", "scenario", "step", "store", "suspend", "test", "top_up", "update", "use", "walk",
}
files["**/sample/**/*_test.lua"] = files["**/catalogs/**/*_test.lua"]
files["**/layouts/*.lua"] = with { "column", "layout" }
