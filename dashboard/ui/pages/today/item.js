// One thing to do: with whom, what, why, the last words exchanged, and what can be done about it.

import { badge, button, customerLink, day, icon, moment, option, riskBadge, say, silentBadge, t, tierBadge } from "../../elements.js";
import { deadlineKinds, mayAct, postpone, workdayAfter } from "../tasks.js";
import { finishNow, noAnswer, record, start, suggestionOf, take } from "./acts.js";

const { crm } = window;

const keyOf = (item) => item.task && item.kind == "task" ? item.task.id : item.customer.id;

// itemElement shows an item; while it is the open one of the page, with all there is to know about it.
export function itemElement(item, { state, read, whose }) {
    const key = keyOf(item);
    const isOpen = () => state.open == key;
    const isLate = item.days_late > 0 || item.reasons?.some((reason) => reason.past);
    const task = item.task;
    const className = () => `crm-item ${isLate ? "late" : ""} ${isOpen() ? "open" : ""}`;
    return t.li({ className, "html-data-key": key, rid: key + JSON.stringify(item) }, // drawn anew when anything of it changed
        t.div({ className: "crm-item-who" },
            item.customer ? t.div({ className: "crm-item-name" }, customerLink(item.customer.id, item.customer.name)) : null,
            t.div({ className: "crm-item-badges" },
                item.customer ? [tierBadge(item.customer.tier), riskBadge(item.customer.risk), silentBadge(item.customer.silent)] : null,
                item.stands_in ? badge(say("today.standsIn", { name: item.person.name }), "crm-stands-in") : null,
                !item.stands_in && item.person && !whose.isOwn ? badge(item.person.name, "crm-person") : null)),
        t.div({ className: "crm-item-what" },
            t.button(
                { type: "button", className: "crm-item-open", ariaExpanded: () => String(isOpen()), onclick: () => state.open = isOpen() ? "" : key },
                icon("ri-arrow-right-s-line"), t.span({ className: "txt" }, task?.title || say(item.last ? "today.followUp" : "today.firstContact"))),
            t.div({ className: "crm-item-why" }, task ? badge(option("tasks", "kind", task.kind)) : null,
                task?.status == "in_progress" ? badge(option("tasks", "status", task.status), "success") : null,
                t.span({ className: isLate ? "crm-late" : "" }, item.words)),
            lastLine(item.last)),
        t.div({ className: "crm-item-acts" }, actsOf(item, read)),
        () => isOpen() ? details(item, read) : null);
}

function lastLine(last) {
    if (!last) {
        return null;
    }
    const when = day(crm.dayOf(last.started_at)) + " " + option("follow_ups", "channel", last.channel);
    return t.div({ className: "crm-item-last", title: last.content }, icon("ri-chat-history-line"),
        t.span(null, joined(when, last.content || option("follow_ups", "feedback", last.feedback))));
}

// actsOf are the buttons of an item: what the reader may do about it.
function actsOf(item, read) {
    const { task, customer } = item;
    const may = task && mayAct(task);
    const act = (words, iconName, className, run, text) => button({ words: text ? "" : words, text, iconName, className: `sm ${className}`, run });
    const again = task && deadlineKinds.includes(task.kind) ? say("today.noAnswer") : say("today.noAnswer.again", { day: workdayAfter().words });
    return [
        customer ? act("today.record", "ri-edit-line", "crm-record", () => record(item, read)) : null,
        customer ? act("", "ri-chat-off-line", "secondary crm-no-answer", () => noAnswer(item, read), again) : null,
        may && !task.assignee ? act("today.take", "ri-hand", "secondary crm-take", () => take(task, read)) : null,
        may && task.assignee ? act("task.finish", "ri-check-line", "secondary crm-finish", () => finishNow(task, read)) : null,
        may && task.assignee ? act("task.postpone", "ri-calendar-schedule-line", "secondary crm-postpone", () => postpone(task, read)) : null,
    ];
}

// details are what an open item has besides: the suggestion of the playbook, the last words as a whole, and the task.
const details = ({ customer, last, task }, read) => t.div({ className: "crm-item-details" },
    customer ? suggestion(customer) : null, last ? lastPart(last) : null, task ? taskPart(task, read) : null);

const joined = (...texts) => texts.filter(Boolean).join(" · ");

const lastPart = (last) => part("today.last",
    t.p({ className: "txt-hint" },
        joined(moment(last.started_at), option("follow_ups", "channel", last.channel), last.by, option("follow_ups", "feedback", last.feedback))),
    last.content ? t.p({ className: "crm-text" }, last.content) : null,
    last.next_action ? t.p(null, t.span({ className: "txt-hint" }, say("today.nextAction")), last.next_action) : null);

const taskPart = (task, read) => part("today.task",
    task.detail ? t.p({ className: "crm-text" }, task.detail) : null,
    t.p({ className: "txt-hint" }, joined(
        say("today.dueAt", { at: moment(task.due_at) }), option("tasks", "priority", task.priority), option("tasks", "status", task.status),
        task.postponed ? say("today.postponedTimes", { n: task.postponed, reason: task.postpone_reason }) : "")),
    mayAct(task) && task.assignee && task.status != "in_progress"
        ? button({ words: "today.start", iconName: "ri-play-line", className: "sm transparent crm-start", run: () => start(task, read) }) : null);

const part = (words, ...content) => t.section({ className: "crm-item-part" }, t.h3(null, say(words)), content);

function suggestion(customer) {
    const data = store({ words: null, error: "" });
    suggestionOf(customer.id).then((found) => data.words = found, (err) => data.error = err?.response?.message || say("failed.connection"));
    return part("today.suggestion", () => {
        if (data.error) {
            return t.p({ className: "txt-hint" }, data.error);
        }
        if (!data.words) {
            return t.div({ className: "crm-loading" }, t.div({ className: "skeleton-loader" }));
        }
        const { what, channel, words, materials } = data.words;
        return [
            t.p({ className: "crm-suggested" }, badge(option("follow_ups", "channel", channel), "info"), t.strong(null, what[crm.language])),
            t.p({ className: "txt-hint" }, words[crm.language]),
            materials.length ? t.p({ className: "crm-materials" }, icon("ri-folder-open-line"), materials.map(materialLink)) : null,
        ];
    });
}

const materialLink = ({ id, title }) => t.button(
    { type: "button", className: "link-hint", onclick: () => app.modals.openRecordUpsert(crm.collection("materials"), id) }, title[crm.language]);
