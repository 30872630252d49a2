-- What may be sold together, to whom and from when: a family plan with plug-ins, and a line for customers with an agreement.

catalog "selling" {
    facts = {
        segment = "text",
        arrears = "boolean",
        arrears_days = "integer",     -- how long the oldest bill has been overdue; 0: none is
        spend = "money by month",
        agreement_ends = "date",
    },
}
