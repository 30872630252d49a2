-- Started by the runner as `tarantool init.lua PORT CHARGE.LUA` in an empty folder. Every transaction is synced before its answer
-- leaves; snapshots, which would cost it disk time, are off for the time of a measurement. It works
-- on 768 requests at a time (net_msg_max); with more it is slower.
box.cfg {
    wal_mode = 'fsync',
    memtx_memory = 6 * 1024 * 1024 * 1024,
    checkpoint_interval = 0,
    log_level = 'warn',
}

box.once('schema', function()
    local subscriptions = box.schema.space.create('subscriptions')
    subscriptions:format {
        { name = 'service', type = 'string' },
        { name = 'fen', type = 'integer' },
        { name = 'used', type = 'unsigned' },
        { name = 'month', type = 'unsigned' },
    }
    subscriptions:create_index('primary', { type = 'hash', parts = { 'service' } })
    local ledger = box.schema.space.create('ledger')
    ledger:format {
        { name = 'id', type = 'string' },
        { name = 'service', type = 'string' },
        { name = 'to', type = 'string' },
        { name = 'at', type = 'unsigned' },
        { name = 'seconds', type = 'unsigned' },
        { name = 'free', type = 'unsigned' },
        { name = 'fen', type = 'unsigned' },
        { name = 'left', type = 'integer' },
    }
    ledger:create_index('primary', { type = 'hash', parts = { 'id' } })
    box.schema.user.grant('guest', 'read,write,execute', 'universe')
end)

dofile(arg[2])
box.cfg { listen = '127.0.0.1:' .. arg[1] }
