-- The words for the terms on which sessions run: of a service, in its field `session`, and of what a package serves, in a word of its
-- own. Read by schema.lua.

local terms = {
    { "quota", { "quantity", 0 },
        say = { en = "What is granted at a time to a client that does not say how much it wants: \"300 s\", \"10 MB\"",
            zh = "客户端未说明要多少时每次授予的配额：\"300 s\"、\"10 MB\"" } },
    { "valid", { "amount_of", "second" }, say = { en = "How long a grant is good for: \"30 minutes\"; the session ends if nothing is heard "
        .. "by then", zh = "每次授予的有效时间：\"30 minutes\"；届时无消息则会话结束" } },
    { "final", { "one_of", "terminate", "redirect", "restrict" },
        say = { en = "What the client does when the last that can be paid is used up: end it, lead the user to an address, or allow some "
            .. "services only", zh = "最后可支付的额度用完时客户端应做的：结束（terminate）、引导到某地址（redirect）或仅允许某些业务（restrict）" } },
    { "address", "address", say = { en = "Of redirect: where to", zh = "用于 redirect：引导到的地址" } },
    { "services", { "list", { "name_of", "service" } }, say = { en = "Of restrict: the services that are still allowed",
        zh = "用于 restrict：仍允许的业务" } },
}

local record = {
    say = { en = "How sessions of the service run, unless a package that is held says otherwise",
        zh = "该业务的会话如何进行，所持优惠包另有规定的除外" },
    fields = terms,
}

local field = { "session", { "record", "session_terms" },
    say = { en = "How its sessions run: quota, validity, and what is done at their last unit", zh = "会话的配额、有效时间与最后额度的处理" } }

local word = {
    "session", form = "plain",
    say = { en = "How sessions run of who holds the package", zh = "会话条款：持有本优惠包者的会话如何进行" },
    fields = {
        { "id", "id", required = true, say = { en = "Unlike any other session of its package", zh = "在优惠包的会话条款中唯一" } },
        { "serves", { "records", "serves" }, required = true, say = { en = "Sessions of which usage", zh = "适用哪些使用的会话" } },
    },
}
table.move(terms, 1, #terms, #word.fields + 1, word.fields)

return function(schema)
    local before
    for index, other in ipairs(schema.catalog) do
        if other[1] == "package" then
            table.insert(other.items, "session")
        elseif other[1] == "service" then
            table.insert(other.fields, field)
        end
        before = other[1] == "plan" and index or before
    end
    table.insert(schema.catalog, before, word)
    schema.records.session_terms = record
end
