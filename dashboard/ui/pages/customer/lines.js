import { badge, dated, day, icon, label, money, moment, number, option, say, t } from "../../elements.js";

const { crm } = window;

// fact is a field with its value, if there is one: what the reader may not know is not in the record.
const fact = (collection, record, name, tell = (value) => value) =>
    record[name] && !app.utils.isEmpty(record[name]) ? [label(collection, name), tell(record[name])] : null;
const first = (text) => (text ?? "").split("\n")[0];

const channelIcons = {
    phone: "ri-phone-line", email: "ri-mail-line", visit: "ri-walk-line", online_meeting: "ri-vidicon-line", wechat: "ri-wechat-line",
    wecom: "ri-wechat-2-line", sms: "ri-message-2-line", event: "ri-calendar-event-line",
};
const moods = { positive: "success", negative: "danger", no_response: "" };

function followUp(record, item, state) {
    const o = (name) => option("follow_ups", name, record[name]);
    const marks = ["recorded_late", "pace_exceeded", "channel_mismatch", "templated"].filter((name) => record[name]);
    const contact = () => (state.data.contacts ?? []).find((person) => person.id == record.contact)?.name;
    return {
        title: [record.channel && o("channel"), record.kind && o("kind")].filter(Boolean).join(" · ") || crm.collectionName("follow_ups"),
        badges: [
            record.feedback && record.feedback != "neutral" ? badge(o("feedback"), moods[record.feedback] ?? "") : null,
            record.mood && record.mood != "satisfied" ? badge(o("mood"), record.mood == "dissatisfied" ? "danger" : "") : null,
            marks.map((name) => badge(label("follow_ups", name), "warning sm")),
        ],
        who: () => [state.names.of(record.by) || record.by_name, contact()].filter(Boolean).join(record.direction == "in" ? " ← " : " → "),
        text: [record.purpose, record.content].filter(Boolean).join(crm.colon),
        details: [
            fact("follow_ups", record, "key_points"), fact("follow_ups", record, "commitments"), fact("follow_ups", record, "competitor"),
            fact("follow_ups", record, "next_action", (action) => () =>
                [action, day(record.next_action_on), state.names.of(record.next_action_by)].filter(Boolean).join(" · ")),
            fact("follow_ups", record, "status", () => o("status")), fact("follow_ups", record, "resume_on", day),
            fact("follow_ups", record, "our_people", (ids) => () => ids.map(state.names.of).filter(Boolean).join(crm.comma)),
            fact("follow_ups", record, "attachments", (names) => t.span({ className: "crm-files" }, names.map((name) => file(record, name)))),
        ],
    };
}

// file opens an attachment: protected ones are given only to whoever has a token for a few minutes.
const address = async (record, name) => app.pb.files.getURL(record, name, { token: await app.pb.files.getToken({ requestKey: null }) });
const file = (record, name) => t.button({
    type: "button", className: "link", onclick: () => app.modals.openFilePreview(() => address(record, name)),
}, icon("ri-attachment-2"), name.replace(/_\w{10}(\.\w+)$/, "$1"));

const order = (record) => ({
    title: [record.number, record.product].filter(Boolean).join(" · ") || crm.collectionName("orders"),
    badges: [
        record.amount ? badge(money(record.amount), record.amount < 0 ? "danger" : "crm-amount") : null,
        record.kind ? badge(option("orders", "kind", record.kind)) : null,
        record.cancelled ? badge(label("orders", "cancelled"), "danger") : null,
    ],
    details: [
        fact("orders", record, "category"), fact("orders", record, "due_on", day), fact("orders", record, "paid_on", day),
        fact("orders", record, "cost", money),
    ],
});

const contract = (record) => ({
    title: record.number || crm.collectionName("contracts"),
    badges: [
        record.amount ? badge(money(record.amount), "crm-amount") : null,
        record.status ? badge(option("contracts", "status", record.status)) : null,
    ],
    text: record.starts_on || record.ends_on ? `${day(record.starts_on)} – ${day(record.ends_on)}` : "",
});

const serviceCase = (record, item, state) => ({
    title: record.subject || first(record.detail) || crm.collectionName("cases"),
    badges: [
        badge(option("cases", "kind", record.kind), record.kind == "complaint" ? "danger" : ""),
        record.severity == "major" ? badge(option("cases", "severity", "major"), "danger") : null,
        record.resolved_at ? badge(say("customer.resolved"), "success") : badge(say("customer.unresolved"), "warning"),
    ],
    who: () => state.names.of(record.assignee) || state.names.of(record.by),
    text: record.subject ? record.detail : "",
    details: [
        fact("cases", record, "respond_by", moment), fact("cases", record, "responded_at", moment), fact("cases", record, "resolved_at", moment),
        fact("cases", record, "reopened"),
    ],
});

const survey = (record) => ({
    title: say(record.answered_at ? "customer.surveyAnswered" : "customer.surveySent"),
    badges: record.answered_at ? ["nps", "satisfaction"].map((name) => badge(`${label("surveys", name)} ${number(record[name])}`)) : [],
    text: record.comment,
});

const states = { done: "success", delayed: "danger", cancelled: "" };
const task = (record, item, state) => ({
    title: record.title,
    badges: [badge(option("tasks", "kind", record.kind)), badge(option("tasks", "status", record.status), states[record.status] ?? "info")],
    who: () => state.names.of(record.assignee),
    text: record.status == "done" ? record.result : record.due_at ? say("customer.dueAt", { at: moment(record.due_at) }) : "",
    details: [
        fact("tasks", record, "detail"), record.status == "done" ? fact("tasks", record, "due_at", moment) : fact("tasks", record, "result"),
        fact("tasks", record, "postponed"), fact("tasks", record, "postpone_reason"), fact("tasks", record, "delay_reason"),
    ],
});

const tierChange = (record, { words }, state) => ({
    title: record.from ? say("customer.tierChanged", { from: record.from, to: record.to }) : say("customer.tierGiven", { to: record.to }),
    badges: [badge(option("tier_changes", "cause", record.cause))],
    who: () => state.names.of(record.by),
    text: (words ?? []).map(dated).join(crm.semicolon),
});

const signal = (record, { words }) => ({
    title: option("signals", "signal", record.signal),
    badges: [
        badge(option("signals", "severity", record.severity), record.severity == "critical" ? "danger" : "warning"),
        record.cleared_at ? badge(say("customer.cleared", { at: moment(record.cleared_at) }), "success") : null,
    ],
    text: dated(words?.[0]),
});

// kinds are the collections of a history, each with its icon and how one of it is told.
export const kinds = {
    follow_ups: { icon: "ri-chat-3-line", iconOf: (record) => channelIcons[record.channel], tell: followUp },
    orders: { icon: "ri-shopping-bag-3-line", tell: order },
    contracts: { icon: "ri-file-text-line", tell: contract },
    cases: { icon: "ri-customer-service-2-line", tell: serviceCase },
    surveys: { icon: "ri-emotion-line", tell: survey },
    tasks: { icon: "ri-checkbox-circle-line", tell: task },
    tier_changes: { icon: "ri-arrow-up-down-line", tell: tierChange },
    signals: { icon: "ri-alarm-warning-line", tell: signal },
};
