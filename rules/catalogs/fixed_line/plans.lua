-- How it is sold.

plan "fixed_line_standard" {
    base = "fixed_line",
}

offering "fixed_line" {
    kind = "single",
    plans = "fixed_line_standard",
}
