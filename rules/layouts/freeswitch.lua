-- FreeSWITCH: the file of its module cdr_csv in the template "example", which is the default. One row a call leg, no header;
-- times are local. A leg that was not answered has no answer time.

layout "freeswitch" {
    columns = {
        "caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp", "answer_stamp", "end_stamp",
        "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode", "read_codec", "write_codec",
    },
    time = "YYYY-MM-DD hh:mm:ss",

    skip = {
        { "answer_stamp", is = "", because = column "hangup_cause" },
    },

    event = {
        id = column "uuid",
        service = "voice",
        from = column "caller_id_number",
        to = column "destination_number",
        at = column "answer_stamp",
        seconds = column "billsec",
    },
}
