import { badge, button, card, moment, option, say, t } from "../../elements.js";
import { finish, isLate, mayAct, postpone } from "../tasks.js";
import { open, part } from "./state.js";

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
    const refresh = () => state.refresh("tasks"); // whether or not the news of it arrives
    return t.li({ className: "crm-task", "html-data-id": task.id },
        t.button({ type: "button", className: "crm-link crm-line-title", onclick: () => open("tasks", task) }, task.title),
        t.div({ className: "crm-task-facts txt-hint" },
            task.kind == "promise" ? null : t.span(null, option("tasks", "kind", task.kind)),
            t.span({ className: isLate(task) ? "crm-late" : "" }, say("customer.dueAt", { at: moment(task.due_at) })),
            t.span(null, () => state.names.of(task.assignee)),
            task.status == "delayed" ? badge(option("tasks", "status", task.status), "warning") : null),
        mayAct(task, state.data.customer?.team) ? t.div({ className: "crm-task-acts" },
            act("finish", "ri-check-line", "success", () => finish(task, refresh)),
            act("postpone", "ri-calendar-schedule-line", "secondary", () => postpone(task, refresh))) : null);
}

const act = (name, iconName, colour, run) =>
    button({ words: "task." + name, iconName, className: `sm transparent ${colour} crm-act-${name}`, run });
