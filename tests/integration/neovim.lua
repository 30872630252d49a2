-- Neovim as a client: asks what REQUESTS lists, over a connection of its own, and writes what came to RESULTS.
--
--     REQUESTS   JSON: { "connect": ["pipe" or "tcp", address], "calls": [{ "method": …, "params": […], "notify": true or absent }] }
--     RESULTS    JSON: [{ "result": … } or { "error": text }]; nothing for notifications

local function read(path)
    return vim.fn.json_decode(vim.fn.readfile(path))
end

local function run()
    local plan = read(vim.env.REQUESTS)
    local channel = vim.fn.sockconnect(plan.connect[1], plan.connect[2], { rpc = 1 })
    local results = {}
    for _, call in ipairs(plan.calls) do
        if call.notify then
            vim.fn.rpcnotify(channel, call.method, unpack(call.params))
        else
            local ok, value = pcall(vim.fn.rpcrequest, channel, call.method, unpack(call.params))
            table.insert(results, ok and { result = value } or { error = tostring(value) })
        end
    end
    vim.fn.writefile({ vim.fn.json_encode(results) }, vim.env.RESULTS)
    vim.fn.chanclose(channel)
end

local ok, problem = pcall(run)
if not ok then
    io.stderr:write(tostring(problem), "\n")
end
vim.cmd(ok and "qall!" or "cquit!")
