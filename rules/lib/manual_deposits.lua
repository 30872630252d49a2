-- What the reference page says of deposits and gifts, and of the steps of scenarios that move money (see manual.lua).

local manual = { words = {}, types = {} }
local words, types = manual.words, manual.types

words.deposit = {
    about = {
        en = "Stands inside of a package. Nothing of it can be spent before it is released: an instalment comes at the first instant of "
            .. "its local day. At one instant expiry comes first, then the end of packages, then releases, then gifts, then charges. "
            .. "Instalments are those of the version in force when the package begins to be held. Where the package ends, what was "
            .. "not released and what was not spent become cash, or are lost, as `cancel` says.",
        zh = "写在优惠包之内。返还之前不能使用；每期在其当地日期的第一刻到账。同一时刻依次为：到期、优惠包终止、返还、赠送、收费。"
            .. "各期以开始持有优惠包时有效的版本为准。优惠包终止时，未返还与未用完的部分按 `cancel` 转为现金或作废。",
    },
    file = "packages/savings.lua",
    example = [[
package "savings" {
    kind = "promotion", from = "2026-01-01",

    deposit {
        id = "stored", amount = "600.00", release = { { "50.00", times = 12 } },
        pays = { service = { "voice", "sms" }, charge = "all" },
    },
    gift {
        id = "bonus", with = "stored", amounts = { "30.00", { "20.00", times = 5 }, { "10.00", times = 6 } },
        valid = "2 months", suspended = "skip",
        pays = { service = { "voice", "sms" }, charge = { "rental.line_rental" } },
    },
}
]],
}

words.gift = {
    about = {
        en = "Stands inside of a package, whose example `deposit` shows. A gift that is skipped is lost, and its place is used up: the "
            .. "next one is that of the next cycle. Each member of a group that holds the package gets it, or, with `by = \"package\"`, "
            .. "only the one that pays.",
        zh = "写在优惠包之内，示例见 `deposit`。被跳过的一期即作废并占去其位置，下一周期给下一期。群组的每个成员各得一份；"
            .. "写 `by = \"package\"` 则只有一份，归付费成员。",
    },
}

words.store = {
    about = {
        en = "A step of a `scenario`, with `top_up`, `suspend` and `resume`. A scenario that says `cash`, pays money in or expects "
            .. "`balances` or `entries` pays for usage and fees from what is there, in the order of the catalog's `pay_order`: usage for "
            .. "which there is too little is refused with BALANCE_TOO_LOW and takes nothing; a fee takes the rest from cash, which "
            .. "may go below 0. While the subscription is suspended, usage is refused with SUSPENDED.",
        zh = "`scenario` 的一步，与 `top_up`、`suspend`、`resume` 同用。凡写了 `cash`、存入资金或期望 `balances`、`entries` 的场景，"
            .. "使用与费用都按目录的 `pay_order` 从账本支付：余额不足的使用以 BALANCE_TOO_LOW 拒绝，分文不取；"
            .. "费用不足的部分从现金扣，现金可为负。停机期间的使用以 SUSPENDED 拒绝。",
    },
    file = "packages/savings_test.lua",
    example = [[
scenario "what is stored comes back month by month" {
    from = "2026-01-15 10:00:00", cash = "0.00", holds = "home",

    buy { "savings" },
    store { "savings.stored" },
    at "2026-02-01 00:00:00",
    expect {
        balances = { ["savings.stored"] = "50.00", ["savings.bonus"] = "30.00", unreleased = "550.00" },
        entries = { "store savings.stored 600.00", "release savings.stored 50.00", "2026-02-01 gift savings.bonus 30.00" },
    },
    top_up "10.00",
    suspend {},
    advance "1 month",
    resume {},
    expect { entries = { "top_up cash 10.00", "release savings.stored 50.00", "skip savings.bonus 20.00" } },
    cancel { "savings" },
    expect { balances = { cash = "610.00", gift = "0.00" } },
}
]],
}
for _, word in ipairs { "top_up", "suspend", "resume" } do
    words[word] = { about = { en = "A step of a `scenario`; see `store`.", zh = "`scenario` 的一步，见 `store`。" } }
end

types.instalments = { lua = "suanpan.money|(suanpan.money|table)[]", en = "instalments", zh = "各期金额",
    more = { en = "an amount, or a list of amounts and of { amount, times = so many }", zh = "金额，或金额与 { 金额, times = 期数 } 的列表" },
    like = '{ "30.00", { "20.00", times = 5 } }' }
types.charge_names = { lua = "string|string[]", en = "\"all\", or names of charges", zh = "\"all\"，或收费的名称", like = '"package.fee"' }
types.stored_name = { lua = "string", en = "name of a deposit", zh = "预存金的名称", like = '"savings.stored"' }
types.balances = { lua = "table<string, suanpan.money>", en = "money by balance", zh = "各账本的金额",
    more = { en = "cash, deposit, gift, unreleased, or \"package.id\" of a deposit or gift",
        zh = "cash、deposit、gift、unreleased，或预存金、赠款的 \"优惠包.编号\"" }, like = '{ cash = "5.00" }' }

return manual
