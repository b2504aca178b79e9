// Fields of the policy that hold more than one value: days of the calendar, costs by channel, bounds of RFM.

import { button, day, icon, option, say, t } from "../../elements.js";

const { crm } = window;
const channels = ["phone", "email", "visit", "online_meeting", "wechat", "wecom", "sms", "event"];
const mostDays = 60; // that one range adds

// daysInput is a list of days, of which one, or several in a row, are added, and each is removed by itself.
export function daysInput(field, values, id) {
    const data = store({ from: "", to: "" });
    const list = () => values[field] ?? [];
    function add() {
        const days = new Set(list());
        const last = data.to > data.from ? data.to : data.from;
        for (let date = new Date(data.from + "T00:00:00Z"), n = 0; n < mostDays; n++) {
            const text = date.toISOString().slice(0, 10);
            if (text > last) {
                break;
            }
            days.add(text);
            date.setUTCDate(date.getUTCDate() + 1);
        }
        values[field] = [...days].sort();
        Object.assign(data, { from: "", to: "" });
    }
    const date = (key, words) => t.div({ className: "field" }, t.label({ htmlFor: `${id}_${key}` }, say(words)),
        t.input({ id: `${id}_${key}`, type: "date", value: () => data[key], oninput: (e) => data[key] = e.target.value }));
    return t.div({ role: "group", "html-aria-labelledby": id, className: "crm-days" },
        t.div({ className: "field crm-bare" }, t.input({ type: "hidden", name: "policy." + field })), // errors find their place by it
        t.ul({ className: "crm-day-chips" }, () => list().map((text) => t.li({ rid: field + text, className: "crm-day-chip" }, day(text) + " " + weekday(text),
            t.button({ type: "button", ariaLabel: say("policy.removeDay", { day: day(text) }), onclick: () => values[field] = list().filter((d) => d != text) }, icon("ri-close-line"))))),
        () => list().length ? null : t.p({ className: "txt-hint" }, say("policy.noDays")),
        t.div({ className: "crm-days-add" }, date("from", "policy.dayFrom"), date("to", "policy.dayTo"),
            t.button({ type: "button", className: "btn secondary", disabled: () => !data.from, onclick: add }, icon("ri-add-line"), t.span({ className: "txt" }, say("policy.addDays")))));
}

const weekday = (text) => new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", weekday: "short" }).format(new Date(text + "T00:00:00Z"));

// costsInput asks what one contact through each channel costs; nothing is not known.
export function costsInput(field, values, id) {
    const set = (channel, text) => {
        const { [channel]: _, ...others } = values[field] ?? {};
        values[field] = text === "" ? others : { ...others, [channel]: Number(text) };
    };
    return t.div({ role: "group", "html-aria-labelledby": id, className: "crm-costs" },
        t.div({ className: "field crm-bare" }, t.input({ type: "hidden", name: "policy." + field })),
        channels.map((channel) => t.div({ className: "field" }, t.label({ htmlFor: `${id}_${channel}` }, option("follow_ups", "channel", channel)),
            t.input({ id: `${id}_${channel}`, type: "number", min: 0, step: "any", placeholder: "–", value: () => values[field]?.[channel] ?? "", oninput: (e) => set(channel, e.target.value) }))));
}

const startBounds = { r: [30, 60, 90, 180], f: [1, 2, 4, 8], m: [1000, 5000, 20000, 50000] };

// boundsInput asks whether the cut points of RFM are fixed, and which they are.
export function boundsInput(field, values, id) {
    const fixed = () => !!values[field]?.r;
    const set = (axis, i, text) => values[field] = { ...values[field], [axis]: values[field][axis].map((bound, k) => k == i ? Number(text) : bound) };
    return t.div({ role: "group", "html-aria-labelledby": id, className: "crm-bounds" },
        t.div({ className: "field" },
            t.input({
                id: id + "_fixed", type: "checkbox", className: "switch", name: "policy." + field, checked: fixed,
                onchange: (e) => values[field] = e.target.checked ? structuredClone(startBounds) : null,
            }),
            t.label({ htmlFor: id + "_fixed" }, say("policy.boundsFixed"))),
        () => fixed() ? t.table({ className: "crm-table crm-bounds-table" }, t.tbody(null, ["r", "f", "m"].map((axis) => t.tr({ rid: axis },
            t.th({ "html-scope": "row" }, say("policy.bounds." + axis)),
            [0, 1, 2, 3].map((i) => t.td(null, t.div({ className: "field" }, t.input({
                type: "number", step: "any", required: true, ariaLabel: say("policy.boundsLabel", { axis: say("policy.bounds." + axis), i: i + 1 }),
                value: () => values[field]?.[axis][i], onchange: (e) => set(axis, i, e.target.value),
            })))))))) : null);
}
