" Neovim as a client, in its own script: what Lua can't say, a Blob, is bytes on the wire.

try
    let s:channel = sockconnect('pipe', $SOCKET, {'rpc': 1})
    let s:results = {}
    let s:results.published = rpcrequest(s:channel, 'release.publish', {'bundle': readfile($BUNDLE, 'B'), 'by': 'vim', 'activate': v:true})
    let s:results.empty = rpcrequest(s:channel, 'hello', {})
    let s:results.nil = rpcrequest(s:channel, 'hello', {'client': v:null})
    let s:results.charged = rpcrequest(s:channel, 'charge', {'id': 'vim-1', 'service_id': '1001', 'service': 'voice',
        \ 'to': '07722820022', 'at': '2026-09-18T12:00:00+08:00', 'seconds': 61})
    try
        call rpcrequest(s:channel, 'balance.topup', {'id': 'vim-2', 'account': '1001', 'at': 1789704000000, 'amount': 1.5, 'currency': 'CNY'})
    catch
        let s:results.error = v:exception
    endtry
    call writefile([json_encode(s:results)], $RESULTS)
    qall!
catch
    call writefile([v:exception, v:throwpoint], $RESULTS)
    cquit!
endtry
