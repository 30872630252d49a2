-- Calls that go deeper and deeper.
-- build: script_failed

local function deeper()
    return 1 + deeper()
end
deeper()
