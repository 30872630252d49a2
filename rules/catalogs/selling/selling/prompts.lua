-- What customers are told, and what is offered to those who want to leave.

sell {
    prompt {
        id = "offer_broadband", on = { "accept_order", "pay_bill" }, show = "popup", priority = 20,
        when = function(c) return c.average("spend", 3) > money "150" and not c.holds("product.broadband") end,
        offer = "broadband", say = "prompt.broadband", expires = "30 days", declined = "90 days",
    },
    prompt {
        id = "offer_ring_tone", on = { "accept_order", "pay_bill", "enquiry" }, show = "popup", priority = 10,
        offer = "ring_tone", say = "prompt.ring_tone", expires = "30 days", declined = "180 days",
    },
    prompt {
        id = "agreement_ends", on = "daily", show = "task",
        when = function(c)
            return c.knows("agreement_ends") and c.days_till("agreement_ends") >= 0 and c.days_till("agreement_ends") <= 60
        end,
        say = "prompt.agreement_ends", expires = "60 days", once = true,
    },
    prompt {
        id = "please_pay", on = { "accept_order", "enquiry", "daily" }, show = "message", priority = 100,
        when = function(c) return c.customer.arrears_days > 0 end,
        say = "prompt.pay", expires = "10 days", accepted = "10 days",
    },

    retain {
        "e6_base", "offering.phs", id = "keep_gold", show = "popup", rank = 2, offer = "loyal_gold",
        when = function(c) return c.average("spend", 3) >= money "200" end,
        say = "prompt.keep_gold", expires = "7 days",
    },
    retain {
        "e6_base", id = "keep_silver", show = "popup", rank = 1, offer = "loyal_silver",
        when = function(c) return c.average("spend", 3) >= money "50" end,
        say = "prompt.keep_silver", expires = "7 days", declined = "30 days",
    },

    quiet {
        id = "in_arrears", when = function(c) return c.customer.arrears_days > 30 end, except = "please_pay",
        say = "prompt.in_arrears",
    },
}
