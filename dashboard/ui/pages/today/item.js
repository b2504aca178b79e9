// One thing to do: with whom, what, why, the last words exchanged, and what can be done about it.

import { badge, button, customerLink, day, icon, moment, option, riskBadge, say, silentBadge, t, tierBadge } from "../../elements.js";
import { deadlineKinds, finish, mayAct, noAnswer, postpone, record, start, suggestionOf, take, tryAgainOn } from "./acts.js";

const { crm } = window;

const keyOf = (item) => item.task && item.kind == "task" ? item.task.id : item.customer.id;

// itemElement shows an item; while it is the open one of the page, with all there is to know about it.
export function itemElement(item, { state, read, whose }) {
    const key = keyOf(item);
    const isOpen = () => state.open == key;
    const isLate = item.days_late > 0 || item.reasons?.some((reason) => reason.past);
    const task = item.task;
    return t.li({ className: () => `crm-item ${isLate ? "late" : ""} ${isOpen() ? "open" : ""}`, "html-data-key": key, rid: key + JSON.stringify(item) },
        t.div({ className: "crm-item-who" },
            item.customer ? t.div({ className: "crm-item-name" }, customerLink(item.customer.id, item.customer.name)) : null,
            t.div({ className: "crm-item-badges" }, item.customer ? [tierBadge(item.customer.tier), riskBadge(item.customer.risk), silentBadge(item.customer.silent)] : null,
                item.stands_in ? badge(say("today.standsIn", { name: item.person.name }), "crm-stands-in") : null,
                !item.stands_in && item.person && !whose.isOwn ? badge(item.person.name, "crm-person") : null)),
        t.div({ className: "crm-item-what" },
            t.button({
                type: "button", className: "crm-item-open", ariaExpanded: () => String(isOpen()), onclick: () => state.open = isOpen() ? "" : key,
            }, icon("ri-arrow-right-s-line"), t.span({ className: "txt" }, task?.title || say(item.last ? "today.followUp" : "today.firstContact"))),
            t.div({ className: "crm-item-why" }, task ? badge(option("tasks", "kind", task.kind)) : null,
                task?.status == "in_progress" ? badge(option("tasks", "status", task.status), "success") : null,
                t.span({ className: isLate ? "crm-late" : "" }, item.words)),
            lastLine(item.last)),
        t.div({ className: "crm-item-acts" }, actsOf(item, read)),
        () => isOpen() ? details(item, read) : null);
}

const lastLine = (last) => last ? t.div({ className: "crm-item-last", title: last.content },
    icon("ri-chat-history-line"), t.span(null, `${day(crm.dayOf(last.started_at))} ${option("follow_ups", "channel", last.channel)}`, " · ", last.content || option("follow_ups", "feedback", last.feedback)))
    : null;

function actsOf(item, read) {
    const task = item.task;
    const may = task && mayAct(task);
    const again = !task || !deadlineKinds.includes(task.kind) ? say("today.noAnswer.again", { day: tryAgainOn().words }) : say("today.noAnswer");
    return [
        item.customer ? button({ words: "today.record", iconName: "ri-edit-line", className: "sm crm-record", run: () => record(item, read) }) : null,
        item.customer ? button({ text: again, iconName: "ri-chat-off-line", className: "sm secondary crm-no-answer", run: () => noAnswer(item, read) }) : null,
        may && !task.assignee ? button({ words: "today.take", iconName: "ri-hand", className: "sm secondary crm-take", run: () => take(task, read) }) : null,
        may && task.assignee ? button({ words: "today.finish", iconName: "ri-check-line", className: "sm secondary crm-finish", run: () => finish(task, read) }) : null,
        may && task.assignee ? button({ words: "today.postpone", iconName: "ri-calendar-schedule-line", className: "sm secondary crm-postpone", run: () => postpone(task, read) }) : null,
    ];
}

// details are what an open item has besides: the suggestion of the playbook, the last words as a whole, and the task.
function details(item, read) {
    const task = item.task;
    return t.div({ className: "crm-item-details" },
        item.customer ? suggestion(item) : null,
        item.last ? part("today.last",
            t.p({ className: "txt-hint" }, [moment(item.last.started_at), option("follow_ups", "channel", item.last.channel), item.last.by,
                option("follow_ups", "feedback", item.last.feedback)].filter(Boolean).join(" · ")),
            item.last.content ? t.p({ className: "crm-text" }, item.last.content) : null,
            item.last.next_action ? t.p(null, t.span({ className: "txt-hint" }, say("today.nextAction")), item.last.next_action) : null) : null,
        task ? part("today.task",
            task.detail ? t.p({ className: "crm-text" }, task.detail) : null,
            t.p({ className: "txt-hint" }, [say("today.dueAt", { at: moment(task.due_at) }), option("tasks", "priority", task.priority) + " · " + option("tasks", "status", task.status),
                task.postponed ? say("today.postponedTimes", { n: task.postponed, reason: task.postpone_reason }) : ""].filter(Boolean).join(" · ")),
            mayAct(task) && task.assignee && task.status != "in_progress"
                ? button({ words: "today.start", iconName: "ri-play-line", className: "sm transparent crm-start", run: () => start(task, read) }) : null) : null);
}

const part = (words, ...content) => t.section({ className: "crm-item-part" }, t.h3(null, say(words)), content);

function suggestion(item) {
    const data = store({ words: null, error: "" });
    suggestionOf(item.customer.id).then((found) => data.words = found, (err) => data.error = err?.response?.message || say("failed.connection"));
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
            materials.length ? t.p({ className: "crm-materials" }, icon("ri-folder-open-line"), materials.map((material) => t.button({
                type: "button", className: "link-hint", onclick: () => app.modals.openRecordUpsert(crm.collection("materials"), material.id),
            }, material.title[crm.language]))) : null,
        ];
    });
}
