// What becomes of a task, wherever it stands: in the day, on a customer's page, or as a line of a plan.

import { day, dayOf, dialog, field, label, moment, save, say, t, today } from "../elements.js";

const { crm } = window;

// The tasks whose deadline is in hours (crm.deadlineKinds).
export const deadlineKinds = ["negative_feedback", "case", "win_back", "handover"];

// leads tells whether the reader arranges the work of a team; a team that is not known is left to the server. This and mayAct only spare
// buttons that would be refused. They ask the session and not the store, for nothing is to be drawn anew because a token was renewed.
export function leads(team) {
    const me = app.pb.authStore.record ?? {};
    return me.collectionName == "_superusers" || me.role == "director" || me.role == "manager" && (team === undefined || !!team && team == me.team);
}

// mayAct tells whether the reader may say what becomes of a task: their own, or as who leads the customer's team; one given to nobody is there
// to be taken by who asked for it (access.md).
export function mayAct(task, team) {
    const { id } = app.pb.authStore.record ?? {};
    return task.assignee == id || !task.assignee && task.by == id || leads(team);
}

// isLate tells whether a task is late when it is done on a day, today if none is given.
export function isLate(task, on = today()) {
    return on > dayOf(task.due_at) || on == today() && Date.now() > Date.parse(task.due_at.replace(" ", "T"));
}

// tell says what was done; one act after the other, the latest alone.
export const tell = (words, facts) => app.toasts.success(say(words, facts), { key: "crmTask" });

// finish asks what came of a task, on which day, and where that was late, why. It is done then.
export function finish(task, saved, { title = say("task.finish.title"), result = task.result || "" } = {}) {
    const data = store({ day: today() });
    const late = () => isLate(task, data.day);
    dialog({
        title, submitWords: "task.finish", className: "sm crm-finish-dialog", submit: async ({ result, done_at, delay_reason }) => {
            const change = {};
            if (result.trim() != (task.result || "")) {
                change.result = result.trim();
            }
            if (done_at != today()) {
                change.done_at = `${done_at} ${done_at == dayOf(task.due_at) ? crm.time(task.due_at) : "12:00"}`;
            }
            if (late() && delay_reason.trim() != (task.delay_reason || "")) {
                change.delay_reason = delay_reason.trim();
            }
            await done(task, saved, change);
        },
    },
        about(task),
        field({
            name: "result", text: label("tasks", "result"), type: "textarea", value: result, autofocus: true,
            required: task.kind == "negative_feedback",
        }),
        field({
            name: "done_at", words: "task.finish.day", type: "date", value: data.day, max: today(), required: true,
            oninput: (event) => data.day = event.target.value,
        }),
        t.div({ hidden: () => !late(), className: "m-t-sm" },
            whyField("delay_reason", say("task.lateSince", { at: moment(task.due_at) }), { value: task.delay_reason || "", required: late })));
}

// done says that a task is done, with what there is to say about it.
export async function done(task, saved, change = {}) {
    await save("tasks", task, { status: "done", ...change });
    tell("task.finished");
    await saved();
}

// postpone asks until when a task is put off, and why. A deadline in hours has an hour, and so has one that was given an hour; any other
// is the end of its day.
export function postpone(task, saved) {
    const inHours = deadlineKinds.includes(task.kind);
    const hour = crm.time(task.due_at);
    const hasHour = inHours || hour != "23:59";
    const from = dayOf(task.due_at) > today() ? dayOf(task.due_at) : today();
    dialog({
        title: say("task.postpone.title"), submitWords: "task.postpone", className: "sm crm-postpone-dialog",
        submit: async ({ due_at, time, postpone_reason }) => {
            await save("tasks", task, { due_at: hasHour ? `${due_at} ${time}:00` : endOf(due_at), postpone_reason: postpone_reason.trim() });
            tell("task.postponed", { day: day(due_at) });
            await saved();
        },
    },
        about(task),
        whyField("postpone_reason", label("tasks", "postpone_reason"), { required: true, autofocus: true }),
        t.div({ className: "crm-columns" },
            field({ name: "due_at", words: "task.postpone.until", type: "date", required: true, min: today(), value: workdayAfter(from).day }),
            hasHour ? field({ name: "time", words: "task.postpone.time", type: "time", required: true, value: inHours ? "18:00" : hour }) : null));
}

const about = (task) => t.p({ className: "crm-dialog-about" }, [task.expand?.customer?.name, task.title].filter(Boolean).join(" · "));

// whyField asks for a reason: one of the ready ones, or another.
function whyField(name, text, props) {
    const id = "crm_reasons_" + name;
    const ready = t.datalist({ id }, ["customer", "other", "waiting", "away"].map((reason) => t.option({ value: say("task.reason." + reason) })));
    return [field({ name, text, "html-list": id, autocomplete: "off", ...props }), ready];
}

// endOf is the end of a day, as it is written: it is read in the policy's time zone.
export const endOf = (day) => day + " 23:59:59";

// workdayAfter is the first working day of the policy's calendar after a day, with how it is named.
export function workdayAfter(from = today()) {
    const { holidays, workdays } = crm.policy ?? {};
    const on = new Date(from + "T00:00:00Z");
    const key = () => on.toISOString().slice(0, 10);
    const rests = () => !workdays?.includes(key()) && ([0, 6].includes(on.getUTCDay()) || holidays?.includes(key()));
    let days = 0;
    do {
        on.setUTCDate(on.getUTCDate() + 1);
        days++;
    } while (rests() && days < 30);
    const isTomorrow = days == 1 && from == today();
    return { day: key(), words: isTomorrow ? say("task.tomorrow") : say("task.onDay", { day: weekday(on) + (days > 6 ? " " + day(key()) : "") }) };
}

const weekday = (date) => new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", weekday: crm.language == "en" ? "long" : "short" }).format(date);
