// The tiers and the rules of signals, each as a table.

import { option, say, t, tierBadge } from "../../elements.js";
import { nameOf } from "./fields.js";

const { crm } = window;
const roles = ["rep", "support", "manager", "director"];

// cell is a cell of a table with an input in it; its head names it.
const cell = (collection, field, row, className, content) => t.td({ className, "html-data-name": nameOf(collection, field) }, content);

const headed = (collection, fields, body) => t.table({ className: "responsive-table crm-table crm-policy-table" },
    t.thead(null, t.tr(null, fields.map((field) => t.th({ className: "col-" + field }, nameOf(collection, field))))), t.tbody(null, body));

// input is one of a row: its name tells errors where they belong.
function input(collection, key, row, field, about, props = {}) {
    const isNumber = props.type == "number";
    return t.div({ className: "field" }, t.input({
        name: `${collection}.${row[key]}.${field}`, ariaLabel: `${about}${crm.colon}${nameOf(collection, field)}`, required: true, ...props,
        value: () => row[field] ?? "", oninput: (e) => row[field] = isNumber ? e.target.value === "" ? null : Number(e.target.value) : e.target.value,
    }));
}

const withUnit = (control, unit) => t.div({ className: "crm-policy-with-unit" }, control, t.span({ className: "crm-unit txt-hint" }, say("policy.units." + unit)));

export function tiersTable(tiers) {
    const days = (row, field, min) => cell("tiers", field, row, "col-" + field, withUnit(input("tiers", "code", row, field, row.code, { type: "number", min, max: 366, step: 1 }), "days"));
    return headed("tiers", ["code", "name", "cadence_days", "silent_after_days", "max_gap_days", "owner_role", "strategy"], ["S", "A", "B", "C"].map((code) => {
        const row = tiers[code];
        return t.tr({ rid: code }, cell("tiers", "code", row, "col-code", tierBadge(code)),
            cell("tiers", "name", row, "col-name", input("tiers", "code", row, "name", code, { type: "text" })),
            days(row, "cadence_days", 1), days(row, "silent_after_days", 0), days(row, "max_gap_days", 0),
            cell("tiers", "owner_role", row, "col-owner_role", t.div({ className: "field" }, t.select({
                name: `tiers.${code}.owner_role`, ariaLabel: `${code}${crm.colon}${nameOf("tiers", "owner_role")}`, onchange: (e) => row.owner_role = e.target.value,
            }, roles.map((role) => t.option({ value: role, selected: () => row.owner_role == role }, option("tiers", "owner_role", role)))))),
            cell("tiers", "strategy", row, "col-strategy", t.div({ className: "field" }, t.textarea({
                name: `tiers.${code}.strategy`, rows: 2, ariaLabel: `${code}${crm.colon}${nameOf("tiers", "strategy")}`, value: () => row.strategy,
                oninput: (e) => row.strategy = e.target.value,
            }))));
    }));
}

// signals are those there are, with what their threshold is counted in and whether they look at a window of days.
const signals = {
    no_orders: { window: true }, order_count_drop: { unit: "percent", window: true }, order_amount_drop: { unit: "percent", window: true },
    contact_replaced: { window: true }, unresolved_cases: { unit: "cases" }, interaction_drop: { unit: "percent", window: true },
    complaints_up: { unit: "complaints", window: true }, competitor: { window: true }, nps_drop: { unit: "points", window: true },
    low_satisfaction: { unit: "points", window: true }, overdue_payment: { window: true }, silent: { unit: "times" }, negative_feedback: { window: true }, owner_says: {},
};

export const signalNames = Object.keys(signals);

export function rulesTable(rules) {
    const none = () => t.span({ className: "txt-hint", ariaLabel: say("policy.notUsed") }, "–");
    return headed("risk_rules", ["enabled", "signal", "severity", "threshold", "window_days"], signalNames.map((signal) => {
        const row = rules[signal];
        const name = option("risk_rules", "signal", signal);
        const { unit, window } = signals[signal];
        const id = "crm_rule_" + signal;
        return t.tr({ rid: signal, className: () => row.enabled ? "" : "crm-off" },
            cell("risk_rules", "enabled", row, "col-enabled", t.div({ className: "field" },
                t.input({ id, type: "checkbox", className: "switch", name: `risk_rules.${signal}.enabled`, checked: () => row.enabled, onchange: (e) => row.enabled = e.target.checked }),
                t.label({ htmlFor: id }, t.span({ className: "crm-sr" }, `${name}${crm.colon}${nameOf("risk_rules", "enabled")}`)))),
            cell("risk_rules", "signal", row, "col-signal", [t.strong(null, name),
                t.p({ className: "txt-hint txt-sm" }, () => say("policy.rule." + signal, { threshold: row.threshold ?? 0, days: row.window_days ?? 0 }))]),
            cell("risk_rules", "severity", row, "col-severity", t.div({ className: "field" }, t.select({
                name: `risk_rules.${signal}.severity`, ariaLabel: `${name}${crm.colon}${nameOf("risk_rules", "severity")}`, onchange: (e) => row.severity = e.target.value,
            }, ["warning", "critical"].map((value) => t.option({ value, selected: () => row.severity == value }, option("risk_rules", "severity", value)))))),
            cell("risk_rules", "threshold", row, "col-threshold",
                unit ? withUnit(input("risk_rules", "signal", row, "threshold", name, { type: "number", min: 0, step: "any" }), unit) : none()),
            cell("risk_rules", "window_days", row, "col-window_days",
                window ? withUnit(input("risk_rules", "signal", row, "window_days", name, { type: "number", min: 0, step: 1 }), "days") : none()));
    }));
}
