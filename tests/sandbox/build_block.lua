-- One block larger than any catalog needs.
-- build: limit

local text = "0123456789abcdef"
while true do
    text = text .. text
end
