-- What is sold: a plan of packages, and the offering that customers see.

plan "standard" { base = "standard" }

offering "line" { plans = "standard" }
