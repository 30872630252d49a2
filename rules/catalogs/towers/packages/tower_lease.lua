-- The price of a year: what the tower cost, spread over its years with 2 % for wear, and its upkeep, with a margin. The month
-- that is priced chooses margin and shares.
local function year_price(site)
    local base = (site.build_cost / site.years):plus("2%") + site.upkeep
    local row = tables.margins {}
    return base + base:times(row.margin)
end

local function share_of(c)
    return tables.sharing { tenants = c.site.tenants, role = c.lease.role }
end

package "tower_lease" {
    kind = "base", from = "2016-01-01",

    params = { term_months = { integer = 60, choices = { 12, 24, 36, 60, 120 } } },

    charge {
        id = "rent", every = "month", ahead = false, prorate = "day", priced_by = "year",
        amount = function(c)
            local pay = share_of(c)
            return year_price(c.site):share(pay.rent):because("tower.rent", pay)
        end,
    },

    charge {
        id = "site_fee", every = "month", ahead = false, prorate = "day", priced_by = "year",
        amount = function(c)
            local pay = share_of(c)
            return c.site.site_fee:share(pay.fees):because("tower.fees", pay)
        end,
    },

    charge {
        id = "power_access", every = "month", ahead = false, prorate = "day", priced_by = "year",
        amount = function(c)
            local pay = share_of(c)
            return c.site.power_access:share(pay.fees):because("tower.fees", pay)
        end,
    },

    -- Who leaves early owes the rent up to the end of the term, at the share of the last day.
    termination { id = "rent_remaining", term = param "term_months", remaining = "rent" },
}

-- What the same tenant mounts besides: each further unit adds its part of the rent, in a line of its own.
package "further_units" {
    kind = "plugin", from = "2016-01-01",

    charge {
        id = "unit", every = "month", ahead = false, prorate = "day", priced_by = "year", for_each = "lease.further_units",
        amount = function(c)
            local pay = share_of(c)
            return year_price(c.site):times("30%"):share(pay.rent):because("tower.unit", pay)
        end,
    },
}
