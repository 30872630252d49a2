-- Subscriptions ARGV[1] to ARGV[2] - 1, with the free minutes that calls_minutes_used_before() (bench/load/calls.c)
-- says in month ARGV[3], and ARGV[4] fen each.
local month, fen = tonumber(ARGV[3]), tonumber(ARGV[4])
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
    local used = math.min(100, number * 7919 % 201)
    redis.call('SET', string.format('s%07d', number), struct.pack('<i8I4I4', fen, used, month))
end
