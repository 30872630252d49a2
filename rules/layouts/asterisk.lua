-- Asterisk: Master.csv, as its module cdr_csv writes it. One row a call, no header; times are local.

layout "asterisk" {
    columns = {
        "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
        "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid",
    },
    time = "YYYY-MM-DD hh:mm:ss",

    skip = {
        { "disposition", is_not = "ANSWERED", because = column "disposition" },
    },

    event = {
        id = column "uniqueid",         -- it looks like a time, but it is an id and nothing else
        service = "voice",
        from = column "src",
        to = column "dst",
        at = column "answer",
        seconds = column "billsec",
    },
}
