-- The versions of the language, and which rules of the checker began with which.
--
-- A release says which version it was made with. It was sound then and stays so: where it is loaded again, at a start or to explain
-- an old charge, a rule that is newer than the release only warns. Publishing holds every rule against a catalog, whatever it says.
--
-- A rule that stands in no list is of the newest version, so that it can never make a release unusable that is in force already. A
-- version ends with a list of the rules that it added; LANGUAGE_VERSION in rules/release.h is raised with it.
--
-- A rule may only find: what it finds must be left in the model as if there was no such rule.

local versions = {}

versions.rules = {
    {
        "allowance_does_not_serve", "area_code_short", "band_without_price", "bands_without_calendar", "calendar_gap",
        "calendar_without_bands", "cell", "cell_repeated", "csv_column", "csv_empty", "csv_row", "dead_calendar_rule",
        "dead_tariff", "dead_zone_row", "duplicate_id", "float_for_decimal", "holiday_year_missing",
        "hours_over_midnight", "language_not_listed", "minimum_over_maximum", "missing_field", "missing_text",
        "missing_text_near", "needs_holidays", "negative_price", "never_sold", "no_catalog", "no_columns",
        "no_entries", "no_layout", "no_zones", "not_an_item", "nothing_expected", "one_quantity", "out_of_range",
        "own_area_alone", "own_area_unknown", "prefix_repeated", "price_or_amount", "quantity_missing", "repeated",
        "row_length", "skip_way", "step_of_zero", "till_before_from", "too_many", "unfinished_word", "unknown_blank",
        "unknown_choice", "unknown_column", "unknown_field", "unknown_name", "unknown_package", "unknown_word",
        "unpriced", "unused_text", "versions_hole", "versions_overlap", "versions_same_start", "wrong_call",
        "wrong_place", "wrong_type", "wrong_unit", "zone_not_frozen", "zone_row_digits", "zone_row_kind",
    },
}
versions.newest = #versions.rules + 1

local since = {}
for version, names in ipairs(versions.rules) do
    for _, name in ipairs(names) do
        since[name] = version
    end
end

-- The version of the language that the rule began with.
function versions.since(rule)
    return since[rule] or versions.newest
end

return versions
