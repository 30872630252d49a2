"""Standard prices of a product: whoever has it pays them, unless a package that is held prices the usage."""

from server import suanpan

CATALOG = """
catalog "plain" {}
service "voice" { unit = "second", zones = "dialled" }
zones "dialled" { { "far", prefix = "0" }, { "near", rest = true } }
product "pstn" { services = "voice", standard = "standard_prices" }
product "phs" { services = "voice" }
package "standard_prices" {
    kind = "base", layer = "standard", from = "2020-01-01",
    allowance { id = "first", serves = { service = "voice" }, amount = "1 minute", every = "month" },
    tariff { id = "voice", say = "voice", serves = { service = "voice" }, step = "60 s", price = "0.20" },
}
package "near_home" {
    kind = "plugin", from = "2020-01-01",
    tariff { id = "voice", say = "voice", serves = { service = "voice", zone = "near" }, step = "60 s", price = "0.10" },
}
plan "all" { base = "near_home" }
offering "all" { plans = "all" }
local words = { catalog = { plain = "-" }, service = { voice = "-" }, zone = { far = "-", near = "-" }, product = { pstn = "-", phs = "-" },
    package = { standard_prices = "-", near_home = "-" }, allowance = { first = "-" }, plan = { all = "-" }, offering = { all = "-" },
    voice = "-" }
texts "zh" (words)
texts "en" (words)
"""


def test_a_product_has_its_standard_prices_until_a_package_prices_the_usage(server, tmp_path):
    (tmp_path / "catalog.lua").write_text(CATALOG)
    checked = suanpan("check", tmp_path)
    assert "errors: 0, warnings: 0" in checked.stdout, checked.stdout
    server.publish(tmp_path)
    server.subscribe(["line"])
    server.subscribe(["handy"], product="phs")
    server.subscribe(["home"], package="near_home")
    client = server.connect()

    def charge(identifier, line, to):
        fields = {"id": identifier, "service_id": line, "service": "voice", "to": to, "seconds": 120}
        answer = client.call("charge", {**fields, "at": "2026-03-04T12:00:00+08:00"})
        return answer.get("amount", answer.get("code")), [one["rule"] for one in answer.get("lines", [])]

    assert charge("1", "line", "02") == ("0.20", ["standard_prices.voice"])
    assert charge("2", "line", "5507882") == ("0.40", ["standard_prices.voice"])
    assert charge("3", "handy", "02") == ("NO_PRICE", [])
    assert charge("4", "home", "5507882") == ("0.10", ["near_home.voice"])
    assert charge("5", "home", "02") == ("0.40", ["standard_prices.voice"])
    server.restart()
    client = server.connect()
    assert charge("6", "line", "02") == ("0.40", ["standard_prices.voice"])
    server.stop()
    assert suanpan("replay", server.data).stdout.endswith(": 5 the same, 0 different\n")
