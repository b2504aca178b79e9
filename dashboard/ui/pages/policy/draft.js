// What is being changed: the policy, tiers and rules as they were read, as they are typed, and the difference.

import { option, say } from "../../elements.js";
import { groups, nameOf, told } from "./fields.js";

const { crm } = window;
const clone = (value) => JSON.parse(JSON.stringify(value));
const same = (a, b) => JSON.stringify(a ?? null) == JSON.stringify(b ?? null);
const policyFields = groups.flatMap((group) => Object.keys(group.fields));
const rowFields = {
    tiers: ["name", "cadence_days", "silent_after_days", "max_gap_days", "owner_role", "strategy"],
    risk_rules: ["enabled", "severity", "threshold", "window_days"],
};
const keys = { tiers: "code", risk_rules: "signal" };

// read gives what is stored: {policy, tiers: {S: …}, risk_rules: {silent: …}}.
export async function read() {
    const [policy, tiers, rules] = await Promise.all([
        app.pb.collection("policy").getFirstListItem("", { requestKey: null }),
        app.pb.collection("tiers").getList(1, 10, { requestKey: null }),
        app.pb.collection("risk_rules").getList(1, 50, { requestKey: null }),
    ]);
    const by = (list, key) => Object.fromEntries(list.items.map((row) => [row[key], row]));
    return clone({ policy, tiers: by(tiers, "code"), risk_rules: by(rules, "signal") });
}

// differences lists the fields in which two states differ: {group, row, field, from, to}, row of tiers and rules.
export function differences(before, after) {
    const list = policyFields.filter((field) => !same(before.policy[field], after.policy[field]))
        .map((field) => ({ group: "policy", field, from: before.policy[field], to: after.policy[field] }));
    for (const [group, fields] of Object.entries(rowFields)) {
        for (const row of Object.keys(before[group])) {
            list.push(...fields.filter((field) => !same(before[group][row][field], after[group][row][field]))
                .map((field) => ({ group, row, field, from: before[group][row][field], to: after[group][row][field] })));
        }
    }
    return list;
}

// proposal is what the server is sent: what changed, and the versions it was changed on.
export function proposal(base, changes) {
    const body = { rev: base.policy.rev, policy: {}, tiers: [], risk_rules: [] };
    for (const { group, row, field, to } of changes) {
        if (group == "policy") {
            body.policy[field] = to;
            continue;
        }
        let sent = body[group].find((one) => one[keys[group]] == row);
        if (!sent) {
            body[group].push(sent = { [keys[group]]: row, updated: base[group][row].updated });
        }
        sent[field] = to;
    }
    return body;
}

// apply puts changes into a state.
export function apply(state, changes) {
    for (const { group, row, field, to } of changes) {
        (group == "policy" ? state.policy : state[group][row])[field] = clone(to ?? null);
    }
    return state;
}

export const copy = clone;

// Names and values of a change in words.
export const nameOfChange = ({ group, row, field }) => group == "policy" ? nameOf("policy", field)
    : `${group == "tiers" ? row : option("risk_rules", "signal", row)}${crm.colon}${nameOf(group, field)}`;

export function valueOf({ group, field }, value) {
    if (group == "policy") {
        return told(field, value);
    }
    if (typeof value == "boolean") {
        return say(value ? "policy.on" : "policy.off");
    }
    if (field == "owner_role" || field == "severity") {
        return option(group, field, value);
    }
    return field.endsWith("_days") ? say("policy.unit.days", { n: value }) : String(value ?? "");
}
