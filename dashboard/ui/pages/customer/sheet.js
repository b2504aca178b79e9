import { dated, day, dayOf, label, option, say, t, today } from "../../elements.js";
import { industryOf } from "./identity.js";

const { crm } = window;

// boxes are those of a form, the one that holds ticked.
const boxes = (options, chosen) => t.span({ className: "crm-boxes" },
    options.map(([value, words]) => t.span(null, (value == chosen ? "☑ " : "☐ ") + words)));
const ticked = (collection, field, values, chosen) => boxes(values.map((value) => [value, option(collection, field, value)]), chosen);
const fullDay = (value) => value
    ? new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", dateStyle: "long" }).format(new Date(value.slice(0, 10) + "T00:00:00Z")) : "";
const row = (name, ...value) => t.div({ className: "crm-sheet-row" },
    t.span({ className: "crm-sheet-name" }, name), t.span({ className: "crm-sheet-value" }, value));
const long = (row) => (row.classList.add("long"), row); // takes the room there is
const column = (words, ...rows) => t.section(null, t.h2(null, say(words)), rows);

// The channels and cadences that the guide's form has boxes for [000]; others are written in.
const channels = ["phone", "email", "visit", "online_meeting"];
const cadences = [7, 14, 30, 60];

// sheet is the guide's form of customer care [000], filled in: who they are, the last follow-up, the plan. It has nothing the reader does not
// see on the page, and as the guide asks no way to reach the contact: the customer's own number stands for it.
export function sheet(state) {
    const { data } = state;
    const c = data.customer;
    return t.div({ className: "crm-sheet" },
        t.h1(null, say("customer.sheet")),
        t.div({ className: "crm-sheet-columns" }, who(c, data), last(state), plan(c, data)),
        t.p({ className: "crm-sheet-foot" }, say("customer.sheet.made", { name: crm.me()?.name || crm.me()?.email || "", day: fullDay(today()) })));
}

function who(c, { contacts, assessment }) {
    const person = (contacts ?? []).find((contact) => contact.is_primary);
    const history = [
        c.cooperation_since ? say("customer.sheet.since", { day: day(c.cooperation_since) }) : "", (c.products_bought ?? []).join(crm.comma),
        c.last_order_at ? say("customer.sheet.lastOrder", { day: day(dayOf(c.last_order_at)) }) : "",
    ];
    return column("customer.sheet.who",
        row(label("customers", "name"), c.name), row(label("customers", "code"), c.code), row(label("customers", "industry"), industryOf(c)),
        row(say("customer.sheet.contact"), person?.name ?? ""), row(label("contacts", "title"), person?.title ?? ""),
        row(label("customers", "size"), c.size ? option("customers", "size", c.size) : ""),
        row(say("customer.sheet.history"), history.filter(Boolean).join(crm.semicolon)),
        row(say("customer.sheet.anomalies"), assessment.risk.signals.map((signal) => dated(signal.words)).join(crm.semicolon)));
}

function last(state) {
    const f = state.data.lastFollowUp ?? {};
    const another = f.channel && !channels.includes(f.channel) ? option("follow_ups", "channel", f.channel) : "";
    const words = (f.content ?? "").split("\n").filter((line) => line.trim());
    return column("customer.sheet.followUp",
        row(say("customer.sheet.date"), f.started_at ? fullDay(dayOf(f.started_at)) : ""),
        row(label("follow_ups", "channel"), ticked("follow_ups", "channel", channels, f.channel), another),
        long(row(label("follow_ups", "content"), t.ol(null, (words.length ? words : ["", ""]).map((line) => t.li(null, line))))),
        row(label("follow_ups", "feedback"), ticked("follow_ups", "feedback", ["positive", "neutral", "negative"], f.feedback)),
        row(label("follow_ups", "next_action"), [f.next_action, f.next_action_on && day(f.next_action_on)].filter(Boolean).join(" · ")),
        row(label("follow_ups", "by"), () => state.names.of(f.by) || f.by_name || ""));
}

function plan(c, { tiers }) {
    const cadence = (tiers ?? []).find((tier) => tier.code == c.tier)?.cadence_days;
    return column("customer.sheet.plan",
        row(label("customers", "tier"), ticked("customers", "tier", ["S", "A", "B", "C"], c.tier)),
        row(say("customer.sheet.cadence"), boxes(cadences.map((days) => [days, say("customer.cadence." + days)]), cadence),
            cadence && !cadences.includes(cadence) ? say("customer.everyDays", { n: cadence }) : ""),
        ...["core_need", "pain_points", "long_term_goal", "custom_strategy"].map((name) => row(label("customers", name), c[name])),
        row(label("customers", "owner"), c.expand?.owner?.name ?? ""),
        row(say("customer.sheet.state"), ticked("customers", "outlook", ["intent_clear", "watching", "churn_risk"], c.outlook)),
        row(label("customers", "expected_close_on"), fullDay(c.expected_close_on)));
}
