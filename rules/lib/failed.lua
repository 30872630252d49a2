-- Scripts that did not compile, or did not run to their end. What they would have declared is not known, so nothing is called missing
-- that may stand in one of them; everything else is checked all the same.

local _, native = ...

local failed = {}

-- Read once, when all scripts have run: path → source; the words that stand in them; did more fail than are remembered?
local sources, words, more

local function read()
    if sources then
        return
    end
    sources, more = native.failed_scripts()
    words = {}
    for _, source in pairs(sources) do
        for word in string.gmatch(source, "[%w_][%w_-]*") do
            words[word] = true
        end
    end
end

-- Is a file one of them? Then what it began to say may be cut off.
function failed.is(file)
    read()
    return more or sources[file] ~= nil
end

-- Does a word or id stand in one of them? Of a path, such as product.line, only the end need be written out.
function failed.mentions(word)
    read()
    return more or word ~= nil and words[string.match(word, "[^.]*$")] == true
end

-- May one of them declare it? It holds the id, or makes ids that are not written out: package(name) { … }.
function failed.may_declare(word, id)
    if failed.mentions(id) then
        return true
    end
    for _, source in pairs(sources) do
        if words[word] and string.find(source, "%f[%w_]" .. word .. "%s*%(") then
            return true
        end
    end
    return false
end

return failed
