// What can be done about an item of the day. Each act ends with reading the day again: what is done is gone then.

import { day, dialog, field, recordFollowUp, save, say, t } from "../../elements.js";

const { crm } = window;
const requestKey = null; // several at once must not cancel each other

// The tasks whose deadline is in hours (crm.deadlineKinds): they stay on the page until they are done.
export const deadlineKinds = ["negative_feedback", "case", "win_back", "handover"];

// mayAct tells whether the reader may say what becomes of a task: their own, or as who leads; one given to nobody is there to be taken. It
// asks the session and not the store, for nothing is to be drawn anew because a token was renewed.
export function mayAct(task) {
    const { id, role, collectionName } = app.pb.authStore.record ?? {};
    return task.assignee == id || !task.assignee && task.by == id || role == "manager" || role == "director" || collectionName == "_superusers";
}

// suggestionOf is the suggested touch of a customer, asked for when somebody looks at it.
export const suggestionOf = (customer) => app.pb.send(`/api/crm/customers/${customer}/suggestion`, { requestKey });

// tell says what was done; one act after the other, the latest alone.
const tell = (words, facts) => app.toasts.success(say(words, facts), { key: "crmToday" });

const isLate = (task) => new Date(task.due_at.replace(" ", "T")) < new Date();

const change = (task, values) => save("tasks", task, values);

// ---------------------------------------------------------------------------------------------------------------- follow-ups

// The kind of contact that a task asks for.
const kinds = {
    negative_feedback: "service", case: "service", win_back: "win_back", contract_renewal: "proposal", handover: "first_contact",
    birthday: "care", anniversary: "care", light_touch: "care", maintenance: "care",
};

function kindFor(item) {
    if (item.task && kinds[item.task.kind]) {
        return kinds[item.task.kind];
    }
    if (!item.last) {
        return "first_contact";
    }
    if (item.customer.touch_mode == "light") {
        return "care";
    }
    return item.last.kind == "complaint" ? "service" : item.last.kind; // a complaint of its own would open a case
}

// prefillFor is what is known of a contact before it is recorded: the channel suggested, the main person there, the kind.
async function prefillFor(item) {
    const customer = item.customer.id;
    const [suggestion, contacts] = await Promise.all([
        suggestionOf(customer),
        app.pb.collection("contacts").getList(1, 1, { filter: `customer = "${customer}" && is_primary = true`, skipTotal: true, requestKey }),
    ]);
    const contact = contacts.items[0];
    const person = contact ? { contact: contact.id, expand: { contact } } : {};
    return { channel: suggestion.channel || item.task?.channel || "", kind: kindFor(item), ...person };
}

// record opens the form of a follow-up with what is known. A task that is still there afterwards may be done, too.
export async function record(item, read) {
    recordFollowUp(item.customer, await prefillFor(item), async (followUp) => {
        await read();
        const task = item.task;
        if (task && mayAct(task) && task.assignee && followUp.feedback != "no_response" && await isOpen(task)) {
            askWhetherDone(task, followUp, read);
        }
    });
}

async function isOpen(task) {
    try {
        const now = await app.pb.collection("tasks").getOne(task.id, { requestKey });
        Object.assign(task, now);
        return !["done", "cancelled"].includes(now.status);
    } catch {
        return false; // not theirs any more
    }
}

// On these channels a customer can leave us without an answer.
const unanswered = ["phone", "email", "wechat", "wecom", "sms"];

// noAnswer records an attempt, and when it is to be made again. Where a task is to be done, the task is put off until then, for it is
// still to be done, and the attempt leaves the next step to the cadence; else the attempt has a next step of its own, on that day. A
// deadline in hours stays what it is.
export async function noAnswer(item, read) {
    const prefill = await prefillFor(item);
    const task = item.task?.assignee && mayAct(item.task) ? item.task : null;
    const next = tryAgainOn();
    const batch = app.pb.createBatch();
    batch.collection("follow_ups").create({
        customer: item.customer.id, contact: prefill.contact, kind: prefill.kind,
        channel: unanswered.includes(prefill.channel) ? prefill.channel : "phone",
        direction: "out", started_at: new Date().toISOString(), feedback: "no_response",
        ...task ? { status: "confirmed" } : { status: "to_follow_up", next_action: say("today.tryAgain"), next_action_on: next.day },
    });
    const moves = task && !deadlineKinds.includes(task.kind);
    if (moves) {
        batch.collection("tasks").update(task.id, { due_at: endOf(next.day), postpone_reason: say("today.noAnswer"), rev: task.rev });
    }
    try {
        await batch.send({ requestKey });
    } catch (err) {
        throw first(err);
    }
    tell(moves || !task ? "today.noAnswer.done" : "today.noAnswer.noted", { day: next.words });
    await read();
}

// first is the refusal of the one request of a batch for which all were undone.
function first(err) {
    const refused = Object.values(err.response?.data?.requests ?? {})[0]?.response;
    if (refused) {
        const field = Object.values(refused.data ?? {})[0];
        err.response = { ...refused, message: field?.message || refused.message };
        err.message = err.response.message;
    }
    return err;
}

// tryAgainOn is the next working day of the policy's calendar, with how it is named.
export function tryAgainOn() {
    const { holidays, workdays } = crm.policy ?? {};
    const on = new Date(crm.today() + "T00:00:00Z");
    const key = () => on.toISOString().slice(0, 10);
    const rests = () => !workdays?.includes(key()) && ([0, 6].includes(on.getUTCDay()) || holidays?.includes(key()));
    let days = 0;
    do {
        on.setUTCDate(on.getUTCDate() + 1);
        days++;
    } while (rests() && days < 30);
    return { day: key(), words: days == 1 ? say("today.tomorrow") : say("today.on", { day: weekday(on) + (days > 6 ? " " + day(key()) : "") }) };
}

const weekday = (date) => new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", weekday: crm.language == "en" ? "long" : "short" }).format(date);
const endOf = (day) => day + " 23:59:59"; // read in the policy's time zone

// ---------------------------------------------------------------------------------------------------------------- tasks

// finish says that a task is done. It asks for what is needed: how negative feedback was answered, and why what is late is late.
export async function finish(task, read) {
    if (task.kind != "negative_feedback" && !isLate(task)) {
        return done(task, {}, read);
    }
    finishDialog(say("today.finish.title"), task, "", read);
}

const askWhetherDone = (task, followUp, read) => finishDialog(say("today.finish.too"), task, followUp.content.split("\n")[0].slice(0, 200), read);

function finishDialog(title, task, result, read) {
    const late = isLate(task);
    dialog({ title, submitWords: "today.finish", className: "sm crm-finish-dialog", submit: (values) => done(task, values, read) },
        t.p({ className: "crm-dialog-about" }, task.title),
        field({
            name: "result", text: crm.label("tasks", "result"), type: "textarea", value: result, autofocus: true,
            required: task.kind == "negative_feedback",
        }),
        late ? whyField("delay_reason", say("today.lateSince", { at: crm.moment(task.due_at) }), task.delay_reason) : null);
}

async function done(task, values, read) {
    await change(task, { status: "done", ...values });
    tell("today.finished");
    await read();
}

// whyField asks for a reason: one of the ready ones, or another.
function whyField(name, text, value = "", props = {}) {
    const id = "crm_reasons_" + name;
    const ready = t.datalist({ id }, ["customer", "other", "waiting", "away"].map((reason) => t.option({ value: say("today.reason." + reason) })));
    return [field({ name, text, value, required: true, "html-list": id, autocomplete: "off", ...props }), ready];
}

// postpone asks why, and until when; a deadline in hours has an hour.
export function postpone(task, read) {
    const inHours = deadlineKinds.includes(task.kind);
    dialog({
        title: say("today.postpone.title"), submitWords: "today.postpone", className: "sm crm-postpone-dialog", submit: async (values) => {
            const due_at = inHours ? `${values.due_at} ${values.time}:00` : endOf(values.due_at);
            await change(task, { due_at, postpone_reason: values.postpone_reason });
            tell("today.postponed", { day: day(values.due_at) });
            await read();
        },
    },
        t.p({ className: "crm-dialog-about" }, task.title),
        whyField("postpone_reason", crm.label("tasks", "postpone_reason"), "", { autofocus: true }),
        t.div({ className: "crm-columns" },
            field({ name: "due_at", words: "today.until", type: "date", required: true, min: crm.today(), value: tryAgainOn().day }),
            inHours ? field({ name: "time", words: "today.time", type: "time", required: true, value: "18:00" }) : null));
}

export async function take(task, read) {
    await change(task, { assignee: crm.me().id });
    await read();
}

export async function start(task, read) {
    await change(task, { status: "in_progress" });
    await read();
}
