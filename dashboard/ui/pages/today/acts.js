// What can be done about an item of the day. Each act ends with reading the day again: what is done is gone then.

import { recordFollowUp, save, say } from "../../elements.js";
import { deadlineKinds, done, endOf, finish, isLate, mayAct, tell, workdayAfter } from "../tasks.js";

const requestKey = null; // several at once must not cancel each other

// suggestionOf is the suggested touch of a customer, asked for when somebody looks at it.
export const suggestionOf = (customer) => app.pb.send(`/api/crm/customers/${customer}/suggestion`, { requestKey });

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
            finish(task, read, { title: say("today.finish.too"), result: followUp.content.split("\n")[0].slice(0, 200) });
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
    const next = workdayAfter();
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

// finishNow says that a task is done, asking only what has to be told: how negative feedback was answered, why what is late is late.
export const finishNow = (task, read) => task.kind == "negative_feedback" || isLate(task) ? finish(task, read) : done(task, read);

// take makes a task that was given to nobody the reader's own.
export async function take(task, read) {
    await save("tasks", task, { assignee: app.pb.authStore.record.id });
    await read();
}

export async function start(task, read) {
    await save("tasks", task, { status: "in_progress" });
    await read();
}
