-- For the probe: a part of a scan from cursor ARGV[1]. Returns the next cursor, the fen in the subscriptions (s…) of that
-- part, and the number and fen of its ledger entries (r…).
local cursor, keys = unpack(redis.call('SCAN', ARGV[1], 'COUNT', 5000))
local balances, entries, fen = 0, 0, 0
local values = #keys > 0 and redis.call('MGET', unpack(keys)) or {}
for i, key in ipairs(keys) do
    if key:sub(1, 1) == 's' then
        balances = balances + struct.unpack('<i8', values[i])
    else
        entries = entries + 1
        fen = fen + struct.unpack('<I4', values[i])
    end
end
return { cursor, string.format('%.0f', balances), entries, string.format('%.0f', fen) }
