/* What the checker says of the terms on which sessions run: a sound catalog, damaged in one place at a time. */
#include "damages.h"

static const char *const paths[] = { "catalog.lua" };
static const char *const contents[] = {
	"catalog \"online\" {}\n"
	"zones \"near\" { { \"home\", number = \"1\" }, { \"away\", rest = true } }\n"
	"service \"voice\" { unit = \"second\", zones = \"near\", session = { quota = \"300 s\", valid = 1800 } }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"service \"data\" { unit = \"byte\", session = { final = \"redirect\", address = \"https://pay.example/top-up\" } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"voice\", say = \"s\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.20\" },\n"
	"    tariff { id = \"sms\", say = \"s\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"    tariff { id = \"data\", say = \"s\", serves = { service = \"data\" }, step = \"1 KB\", price = \"0.01\" },\n"
	"    session { id = \"home\", serves = { service = \"voice\", zone = \"home\" }, quota = \"600 s\" },\n"
	"    session { id = \"both\", serves = { { service = \"voice\" }, { service = \"sms\" } }, valid = \"10 minutes\", final = \"restrict\",\n"
	"        services = \"data\" },\n"
	"    session { id = \"away\", serves = { service = \"voice\", zone = \"away\" }, quota = \"60 s\" },\n"
	"}\n"
	"local texts_of = { catalog = { online = \"online\" }, zone = { home = \"home\", away = \"away\" },\n"
	"    service = { voice = \"calls\", sms = \"messages\", data = \"data\" }, package = { talk = \"talk\" }, s = \"it\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n",
};
static const struct sound online = { paths, contents, 1 };

static const struct damage damages[] = {
	{ "session_says_nothing", 0, "{ quota = \"300 s\", valid = 1800 }", "{}",
		"catalog.lua:3:52", .mend = "quota" },
	{ "session_says_nothing", 0, ", quota = \"60 s\"", "", "catalog.lua:14:5",
		.mend = "valid" },
	{ "session_needs", 0, ", address = \"https://pay.example/top-up\"", "", "catalog.lua:5:45",
		.mend = "address" },
	{ "session_needs", 0, ",\n        services = \"data\"", "", "catalog.lua:12:107",
		.mend = "services" },
	{ "session_only_of", 0, "\"redirect\"", "\"terminate\"", "catalog.lua:5:66",
		.mend = "redirect" },
	{ "session_only_of", 0, "services = \"data\"",
		"services = \"data\", address = \"tel:10000\"", "catalog.lua:13:28",
		.mend = "redirect" },
	{ "session_only_of", 0, "final = \"restrict\"", "final = \"terminate\"", "catalog.lua:13:9",
		.mend = "restrict" },
	{ "no_entries", 0, "services = \"data\"", "services = {}", "catalog.lua:13:9",
		.mend = NULL },
	{ "dead_session", 0, "{ service = \"voice\", zone = \"home\" }", "{ service = \"voice\" }",
		"catalog.lua:14:5", .mend = "up" },
	{ "dead_session", 0, "quota = \"60 s\"", "final = \"terminate\"", "catalog.lua:14:5",
		.mend = NULL },
	{ "wrong_unit", 0, "quota = \"600 s\"", "quota = \"10 MB\"", "catalog.lua:11:75",
		.mend = "60 s" },
	{ "wrong_unit", 0, "quota = \"300 s\"", "quota = \"3 items\"", "catalog.lua:3:64",
		.mend = "60 s" },
	{ "session_of_zero", 0, "quota = \"300 s\"", "quota = \"0 s\"", "catalog.lua:3:64",
		.mend = NULL },
	{ "session_of_zero", 0, "valid = 1800", "valid = 0", "catalog.lua:3:81", .mend = NULL },
	{ "wrong_type", 0, "valid = \"10 minutes\"", "valid = \"10 MB\"", "catalog.lua:12:85",
		.mend = NULL },
	{ "wrong_type", 0, "\"https://pay.example/top-up\"", "\"pay here\"", "catalog.lua:5:65",
		.mend = "https://" },
	{ "unknown_name", 0, "services = \"data\"", "services = \"date\"", "catalog.lua:13:9",
		.mend = "data" },
	{ "unknown_name", 0, "zone = \"away\"", "zone = \"awya\"", "catalog.lua:14:58",
		.mend = "away" },
	{ "convert_useless", 0, "{ service = \"sms\" } }",
		"{ service = \"sms\", convert = \"1 item = 1 minute\" } }", "catalog.lua:12:81",
		.mend = NULL },
	{ "duplicate_id", 0, "id = \"away\"", "id = \"home\"", "catalog.lua:14:5", .mend = NULL },
	{ "missing_field", 0, "id = \"home\", ", "", "catalog.lua:11:5", .mend = "id" },
	{ "missing_field", 0, "serves = { service = \"voice\", zone = \"away\" }, ", "",
		"catalog.lua:14:5", .mend = "serves" },
	{ "unknown_choice", 0, "\"restrict\"", "\"restricted\"", "catalog.lua:12:107",
		.mend = "restrict" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &online, damages, sizeof damages / sizeof damages[0], 300 });
}
