// How a plan stands, as small cards; every number leads to its lines in the table below.

import { card, day, number, option, say, t } from "../../elements.js";
import { small } from "../table.js";
import { goalName, unit } from "./form.js";

const { crm } = window;
const statuses = ["done", "in_progress", "open", "delayed", "cancelled"];
const link = (text, run, className = "") => t.button({ type: "button", className: `crm-link dotted ${className}`, onclick: run }, text);

// progressCard shows the lines by status, why they are late, and whose they are.
export function progressCard(progress, names, choose) {
    const { total, by_status: by, reasons, people } = progress;
    const figure = (n, words, view) => t.span(null, t.strong(null, number(n)), link(say(words, { n }), () => choose({ view })));
    return card({ title: say("plans.progress"), className: "crm-progress-card" },
        t.div({ className: "crm-figures" },
            figure(total.lines, "plans.figure.lines", "all"), figure(total.done, "plans.figure.done", "done"),
            figure(total.overdue, "plans.figure.overdue", "overdue")),
        t.div({ className: "crm-bar", role: "img", ariaLabel: statuses.map((s) => `${option("tasks", "status", s)} ${by[s]}`).join(", ") },
            statuses.filter((status) => by[status])
                .map((status) => t.span({ className: `crm-of-${status}`, style: `width: ${100 * by[status] / total.lines}%` }))),
        t.ul({ className: "crm-legend" }, statuses.filter((status) => by[status]).map((status) => t.li({ "html-data-status": status },
            t.i({ className: `crm-of-${status}` }), `${option("tasks", "status", status)} ${number(by[status])}`))),
        reasons.length ? list(say("plans.reasons"), reasons.slice(0, 5).map((reason) => [
            link(reason.reason || say("plans.reasons.none"), () => choose({ reason: reason.reason, view: "late" })), number(reason.lines),
        ]), "crm-reasons") : null,
        people.length > 1 ? t.details({ className: "crm-people" }, t.summary(null, say("plans.people")), list("", people.map((person) => [
            t.span(null, () => link(names[person.user] || say("cases.nobody"), () => choose({ person: person.user, view: "all" }))),
            say("plans.doneOf", { done: number(person.done), n: number(person.lines - person.cancelled) }),
        ]), "")) : null);
}

const list = (heading, rows, className) => t.table({ className: `crm-plain m-t-sm ${className}` },
    heading ? t.thead(null, t.tr(null, t.th({ colSpan: 2, scope: "col" }, heading))) : null,
    t.tbody(null, rows.map(([name, n]) => t.tr(null, t.td(null, name), t.td({ className: "crm-num" }, n)))));

// weekCard is the summary of a week: what was done, is open, was delayed and comes next.
export function weekCard(progress, toWeek, chooseWeek, chosen) {
    const { week, first, last, counts } = progress.week;
    const turn = (days, words, name) => small(words, name, () => toWeek(days));
    return card({
        title: say("plans.week"), className: "crm-week-card",
        actions: [t.div({ className: "crm-week" }, turn(-7, "plans.week.before", "ri-arrow-left-s-line"),
            t.span(null, `${day(first)} – ${day(last)}`), turn(7, "plans.week.after", "ri-arrow-right-s-line"))],
    },
        t.div({ className: "crm-week-counts" }, ["done", "open", "delayed", "next"].map((kind) => t.button({
            type: "button", "html-data-week": kind, ariaPressed: () => String(chosen(week, kind)),
            className: () => `crm-week-count ${chosen(week, kind) ? "active" : ""}`, onclick: () => chooseWeek(progress.week, kind),
        }, t.span(null, say("plans.week." + kind)), t.strong(null, number(counts[kind]))))));
}

// goalsCard sets the goals beside what was reached.
export const goalsCard = (progress) => card({ title: crm.label("plans", "goals"), className: "crm-goals-card" },
    t.table({ className: "crm-plain" },
        t.thead(null, t.tr(null, [["goal", ""], ["target", "crm-num"], ["actual", "crm-num"], ["missing", "crm-num"]]
            .map(([name, className]) => t.th({ className, scope: "col" }, say("plans." + name))))),
        t.tbody(null, progress.goals.map((goal) => t.tr({ "html-data-goal": goal.goal },
            t.td(null, goalName(goal.goal), goal.actual == null ? t.div({ className: "txt-hint" }, goal.words?.[crm.language]) : null),
            t.td({ className: "crm-num" }, number(goal.target), " ", unit(goal.goal)),
            t.td({ className: "crm-num" }, goal.actual == null ? "–" : number(goal.actual, 1)),
            t.td({ className: "crm-num" }, goal.actual == null ? "–"
                : goal.missing ? number(goal.missing, 1) : t.span({ className: "label sm success" }, say("plans.reached"))))))));
