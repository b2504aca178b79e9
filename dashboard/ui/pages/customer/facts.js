import { badge, card, day, icon, label, money, option, loading, say, t } from "../../elements.js";

const { crm } = window;

// How each kind of fact is told. A fact the reader may not know is not in the record, and leaves no gap.
const text = (value) => value;
const amount = (value) => value ? money(value) : "";
const select = (name) => (value) => option("customers", name, value);
const selects = (name) => (values) => values.map((value) => option("customers", name, value)).join(crm.comma);
const texts = (values) => values.join(crm.comma);

const groups = [
    ["customer.facts.need", {
        core_need: text, pain_points: text, future_need: text, long_term_goal: text, custom_strategy: text,
        intent: select("intent"), need: select("need"), influence: select("influence"), fit: select("fit"), outlook: select("outlook"),
        expected_close_on: day,
    }],
    ["customer.facts.commercial", {
        annual_purchase: amount, declared_annual_purchase: amount, budget_range: text, annual_revenue: amount, decision_maker: text,
        competitors: text, renewal_intent: select("renewal_intent"), purchase_cycle: select("purchase_cycle"), cooperation_since: day,
        expected_cooperation: text, products_bought: texts,
    }],
    ["customer.facts.rest", {
        preferred_channel: select("preferred_channel"), avoid_channels: selects("avoid_channels"), anniversary_on: day, source: select("source"),
        first_contact_on: day, credit_code: text, website: text, address: text, verified_sources: selects("verified_sources"), verified_on: day,
        reviewed_on: day, notes: text,
    }],
];

// facts are what is known of the customer, and what is still to be found out or put right.
export const facts = ({ data }) => card({ title: say("customer.facts"), className: "crm-known" }, () => data.customer ? t.div(null,
    codes("missing_info", "customer.missingInfo", "ri-question-line", data.customer),
    codes("needs_check", "customer.needsCheck", "ri-error-warning-line", data.customer),
    groups.map(([words, fields]) => group(words, fields, data.customer))) : loading(6));

function codes(field, words, iconName, customer) {
    const list = customer[field] ?? [];
    return list.length ? t.div({ className: `crm-codes ${field}` },
        t.span({ className: "crm-codes-name" }, icon(iconName), say(words)),
        list.map((code) => badge(option("customers", field, code), field == "needs_check" ? "warning" : ""))) : null;
}

function group(words, fields, customer) {
    const known = Object.entries(fields).map(([name, tell]) => [name, customer[name] ? tell(customer[name]) : ""]).filter(([, value]) => value);
    return known.length ? t.section(null,
        t.h3(null, say(words)),
        t.dl(null, known.map(([name, value]) => t.div({ "html-data-field": name }, t.dt(null, label("customers", name)), t.dd(null, value))))) : null;
}
