// The fields of the policy: in which group each stands, what it is counted in, its default, and how it is told and typed.

import { day, money, number, option, say, t } from "../../elements.js";
import { boundsInput, costsInput, daysInput } from "./lists.js";

const { crm } = window;

// groups are the parts of the page; of each field its kind and, where it has one, its default as domain.md gives it.
export const groups = [
    { name: "value", fields: { tier_model: ["model", "value_potential"], value_high: ["money", 500000], value_mid: ["money", 100000], layer_potential: ["money", 300000] } },
    { name: "rfm", fields: { rfm_window_days: ["days", 365], rfm_bounds: ["bounds"] } },
    {
        name: "touch", fields: {
            light_factor: ["times", 2], recovery_factor: ["times", 1.5], recovery_steps: ["contacts", 2], contacts_per_day: ["contacts", 1],
        },
    },
    { name: "recording", fields: { record_within_hours: ["hours", 24], templated_count: ["records", 5], templated_days: ["days", 30] } },
    {
        name: "deadlines", fields: {
            respond_negative_hours: ["hours", 24], respond_case_hours: ["hours", 48], respond_major_hours: ["hours", 24], win_back_hours: ["hours", 24],
            remind_before_hours: ["hours", 24], escalate_after_hours: ["hours", 24],
        },
    },
    { name: "care", fields: { contract_notice_days: ["days", 30], lead_days: ["days", 3], review_every_days: ["days", 30] } },
    { name: "pool", fields: { release_after_days: ["days", 0], take_per_day: ["customers", 20], reveal_per_hour: ["reveals", 20] } },
    { name: "quiet", fields: { quiet_from: ["clock", "21:00"], quiet_to: ["clock", "08:00"], digest_at: ["clock", "08:00"] } },
    { name: "commission", fields: { new_rate: ["percent", 0.05], retention_rate: ["percent", 0.08] } },
    { name: "place", fields: { currency: ["code", "CNY"], timezone: ["zone", "Asia/Shanghai"], country: ["code", "CN"] } },
    { name: "calendar", fields: { holidays: ["daylist"], workdays: ["daylist"] } },
    { name: "costs", fields: { channel_costs: ["costs"] } },
];

const kindOf = Object.assign({}, ...groups.map((group) => group.fields));
const counted = ["days", "hours", "contacts", "records", "customers", "reveals", "times"];
const percent = (rate) => Number((rate * 100).toFixed(6));

// nameOf is the label of a field without the unit some end with: the unit stands beside the input.
export const nameOf = (collection, field) => crm.label(collection, field).replace(/\s*[（(][^（）()]*[）)]$/, "");

// told puts the value of a field of the policy into words.
export function told(field, value) {
    const [kind] = kindOf[field] ?? [];
    if (kind == "money") {
        return money(Number(value));
    }
    if (kind == "model") {
        return option("policy", field, value);
    }
    if (kind == "percent") {
        return number(percent(value)) + "%";
    }
    if (counted.includes(kind)) {
        return say("policy.unit." + kind, { n: Number(value) });
    }
    if (kind == "daylist") {
        return value?.length ? value.map(day).join(crm.comma) : say("policy.noDays");
    }
    if (kind == "costs") {
        const costs = Object.entries(value ?? {});
        return costs.length ? costs.map(([channel, cost]) => `${option("follow_ups", "channel", channel)} ${money(cost)}`).join(crm.comma) : say("policy.noCosts");
    }
    if (kind == "bounds") {
        return value?.r ? ["r", "f", "m"].map((axis) => `${axis.toUpperCase()} ${value[axis].map((bound) => number(bound)).join(" / ")}`).join(crm.comma)
            : say("policy.boundsFree");
    }
    return String(value);
}

// fieldRow is a field: what it is called, what it does, its default, its input, and what it was before it was changed.
export function fieldRow(field, values, changed) {
    const [kind, standard] = kindOf[field];
    const id = "crm_policy_" + field;
    const wide = ["daylist", "costs", "bounds"].includes(kind);
    const input = wide ? lists[kind](field, values, id) : plain(kind, field, values, id);
    return t.div({ className: () => `crm-policy-row ${wide ? "wide" : ""} ${changed(field) ? "changed" : ""}` },
        t.div({ className: "crm-policy-about" },
            wide ? t.h3({ id }, nameOf("policy", field)) : t.label({ htmlFor: id }, nameOf("policy", field)),
            t.p({ className: "txt-hint txt-sm", id: id + "_help" }, say("policy.help." + field), standard === undefined ? "" : say("policy.default", { value: told(field, standard) })),
            () => changed(field) && !wide ? t.p({ className: "txt-sm crm-policy-was" }, say("policy.was", { value: told(field, changed(field).from) })) : null),
        t.div({ className: "crm-policy-input" }, input));
}

const lists = { daylist: daysInput, costs: costsInput, bounds: boundsInput };

const inputs = {
    clock: { type: "time" },
    percent: { type: "number", min: 0, max: 100, step: "any" },
    money: { type: "number", min: 0, step: "any" },
    times: { type: "number", step: "any" },
    zone: { type: "text", "html-list": "crm_policy_zones", "html-spellcheck": "false" },
    code: { type: "text", "html-spellcheck": "false", maxLength: 3 },
};

function plain(kind, field, values, id) {
    const props = { id, name: "policy." + field, required: true, "html-aria-describedby": id + "_help" };
    if (kind == "model") {
        const models = ["value_potential", "rfm", "project", "service"];
        return t.div({ className: "field" }, t.select({ ...props, onchange: (e) => values[field] = e.target.value },
            models.map((model) => t.option({ value: model, selected: () => values[field] == model }, option("policy", field, model)))));
    }
    const isNumber = kind == "percent" || kind == "money" || counted.includes(kind);
    const read = (text) => !isNumber ? text : text === "" ? null : kind == "percent" ? Number((Number(text) / 100).toFixed(8)) : Number(text);
    const shown = () => values[field] === null ? "" : kind == "percent" ? percent(values[field]) : values[field];
    return t.div({ className: "crm-policy-with-unit" },
        t.div({ className: "field" }, t.input({ ...(inputs[kind] ?? { type: "number", min: 0, step: 1 }), ...props, value: shown, oninput: (e) => values[field] = read(e.target.value) })),
        kind == "zone" ? t.datalist({ id: "crm_policy_zones" }, Intl.supportedValuesOf("timeZone").map((zone) => t.option({ value: zone }))) : null,
        isNumber ? t.span({ className: "crm-unit txt-hint" }, () => kind == "money" ? money(values[field] ?? 0) : say("policy.units." + kind)) : null);
}
