// Entries of the audit log in words.

import { day, money, moment, number, option, say } from "../../elements.js";

const { crm } = window;
const amounts = [
    "amount", "cost", "annual_revenue", "declared_annual_purchase", "annual_purchase", "window_amount", "value_high", "value_mid", "layer_potential",
];
const days = ["birthday", "cooperation_since", "silent_since", "tier_pin_until", "away_until"]; // whose names do not end in _on
const listed = { missing_info: "missing_info", needs_check: "needs_check" };
const longest = 120; // characters of a text that a change shows
const isMoment = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;
const isCode = /^[a-z0-9]{15}$/; // an id; nobody types one

// collectionOf names a collection, also PocketBase's own.
export const collectionOf = (name) => {
    const known = crm.collectionName(name);
    return known == name ? say(name == "_superusers" ? "audit.superusers" : "audit.otherCollection") : known;
};

// fieldOf names a field; one that has no name is one of the program's own.
export const fieldOf = (collection, field) => {
    const known = crm.label(collection, field);
    return known == field && field != "name" ? say("audit.otherField") : known;
};

export function actorOf(actor) {
    if (actor.kind == "program") {
        return say("audit.program");
    }
    return actor.kind == "superuser" ? say("audit.superuser") : actor.name || say("audit.gone");
}

// isStructure tells whether a value is data of the program's own, such as reasons, which only the page of its record puts into words.
export const isStructure = (value) => Array.isArray(value) ? value.some(isStructure) : !!value && typeof value == "object" && !value.group;

// sideOf puts one side of a change into words; names are those of records by id.
export function sideOf(collection, field, value, names) {
    if (value === undefined || value === null || value === "" || (typeof value == "object" && !Object.keys(value).length)) {
        return say("audit.empty");
    }
    if (Array.isArray(value)) {
        return value.map((one) => listed[field] ? crm.select(listed[field], one) : sideOf(collection, field, one, names)).join(crm.comma);
    }
    if (typeof value == "object") {
        return `R${value.r} F${value.f} M${value.m} ${crm.select("rfm_group", value.group)}`; // the one structure that is told
    }
    if (typeof value == "boolean") {
        return say(value ? "audit.yes" : "audit.no");
    }
    if (typeof value == "number") {
        return amounts.includes(field) ? money(value) : number(value, 4);
    }
    return textOf(collection, field, value, names);
}

function textOf(collection, field, value, names) {
    if (value in names) {
        return names[value] || say("audit.unnamed");
    }
    const chosen = option(collection, field, value);
    if (chosen != value) {
        return chosen;
    }
    if (isMoment.test(value)) {
        return field.endsWith("_on") || days.includes(field) ? day(value) : moment(value);
    }
    if (isCode.test(value)) {
        return say("audit.gone");
    }
    return value.length > longest ? value.slice(0, longest) + "…" : value;
}

const reasons = ["customer_called", "on_behalf_of_owner", "check_details", "other"];
const notes = { password: "password", otp: "otp", mfa: "mfa", oauth2: "oauth2", take: "take", reassign: "reassign", archive: "archive", restore: "restore" };

// noteOf puts what the program noted into words; what people wrote, such as why they looked at a number, stays theirs.
export function noteOf(entry) {
    if (!entry.note) {
        return "";
    }
    if (entry.action == "reveal") {
        const [field, reason, ...words] = entry.note.split(": ");
        const ready = reasons.includes(reason) ? say("audit.reason." + reason) : reason;
        return say("audit.note.reveal", { field: crm.label(entry.collection, field), reason: [ready, ...words].join(crm.colon) });
    }
    if (entry.action == "sign_in_failed") {
        return say("audit.note.identity", { identity: entry.note });
    }
    if (notes[entry.note]) {
        return say("audit.note." + notes[entry.note]);
    }
    return entry.note.startsWith("import ") ? say("audit.note.import") : say("audit.note.other", { note: crm.told(entry.note) });
}
