import { badge, button, card, dayOf, dialog, field, label, moment, option, save, say, t, today } from "../../elements.js";
import { open, part } from "./state.js";

const { crm } = window;

// work is what is still to be done: what was promised first, then every other open task.
export const work = (state) => card({ title: say("customer.work"), className: "crm-work" }, part(state, "tasks", 3, (tasks) => {
    state.names.need(tasks.map((task) => task.assignee));
    const promises = tasks.filter((task) => task.kind == "promise");
    const others = tasks.filter((task) => task.kind != "promise");
    if (!tasks.length) {
        return t.p({ className: "txt-hint" }, say("customer.noWork"));
    }
    return [group(state, "customer.promises", promises), group(state, "customer.tasks", others)];
}));

const group = (state, words, tasks) => tasks.length ? [
    t.h3(null, say(words, { n: tasks.length })),
    t.ul({ className: "crm-task-list" }, tasks.map((task) => line(state, task))),
] : null;

function line(state, task) {
    const day = dayOf(task.due_at);
    const late = task.due_at && day < today();
    return t.li({ className: "crm-task", "html-data-id": task.id },
        t.button({ type: "button", className: "crm-link crm-line-title", onclick: () => open("tasks", task) }, task.title),
        t.div({ className: "crm-task-facts txt-hint" },
            task.kind == "promise" ? null : t.span(null, option("tasks", "kind", task.kind)),
            task.due_at ? t.span({ className: late ? "crm-late" : "" }, say("customer.dueAt", { at: moment(task.due_at) })) : null,
            t.span(null, () => state.names.of(task.assignee)),
            task.status == "delayed" ? badge(option("tasks", "status", task.status), "warning") : null),
        mayWork(state, task) ? t.div({ className: "crm-task-acts" },
            act("done", "ri-check-line", "success", () => done(state, task)),
            act("postpone", "ri-calendar-schedule-line", "secondary", () => postpone(state, task))) : null);
}

const act = (name, iconName, colour, run) =>
    button({ words: "customer." + name, iconName, className: `sm transparent ${colour} crm-act-${name}`, run });

// The assignee works a task, or who asked for it where nobody is to, a manager of the customer's team, a director (access.md). The server
// decides; this only spares buttons that would be refused.
function mayWork(state, task) {
    const me = crm.me();
    return { superuser: true, director: true, manager: state.data.customer?.team && state.data.customer.team == me.team }[crm.role()]
        || task.assignee == me.id || !task.assignee && task.by == me.id;
}

// change saves what becomes of a task, and shows it whether or not the news of it arrives.
async function change(state, task, values) {
    await save("tasks", task, values);
    state.refresh("tasks");
}

function done(state, task) {
    dialog({
        title: task.title, className: "sm crm-task-done", submitWords: "customer.done",
        submit: ({ result }) => change(state, task, { status: "done", result }),
    }, field({ name: "result", text: label("tasks", "result"), type: "textarea", value: task.result }));
}

function postpone(state, task) {
    dialog({
        title: task.title, className: "sm crm-task-postpone", submitWords: "customer.postpone",
        submit: ({ due_at, postpone_reason }) => change(state, task, { due_at: due_at.replace("T", " "), postpone_reason }),
    },
        field({
            name: "due_at", text: label("tasks", "due_at"), type: "datetime-local", required: true,
            value: `${dayOf(new Date(Date.now() + 864e5))}T18:00`,
        }),
        field({ name: "postpone_reason", text: label("tasks", "postpone_reason"), type: "textarea", required: true }));
}
