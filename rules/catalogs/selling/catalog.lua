-- What may be sold together, to whom and from when: a family plan with plug-ins, and a line for customers with an agreement.

catalog "selling" {
    facts = {
        segment = "text",
        arrears = "boolean",
    },
}
