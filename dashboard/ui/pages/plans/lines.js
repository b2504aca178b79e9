// The lines of a plan, as the guide's table [001]: customer, action, planned, actual, who, result, status, and why late.

import { button, customerLink, day, dayOf, empty, failed, icon, loading, number, option, say, t, tierBadge } from "../../elements.js";
import { headed, more, problem, small } from "../table.js";
import { finish, mayAct, postpone } from "../tasks.js";
import { edit, mayEdit } from "./acts.js";
import { plusDays, startOf } from "./period.js";

const pageSize = 100;
const atMost = 2000; // lines on paper
const open = `(status = "open" || status = "in_progress" || status = "delayed")`;
const fields = ["id", "title", "channel", "status", "due_at", "done_at", "result", "delay_reason", "postpone_reason", "postponed", "assignee", "by",
    "rev", "customer", "expand.customer.id", "expand.customer.name", "expand.customer.tier", "expand.customer.team"].join(",");
const now = () => new Date().toISOString().replace("T", " ");

// views are what of the lines may be shown, as filters.
const views = {
    all: () => "",
    open: () => open,
    overdue: () => `(status = "delayed" || ((status = "open" || status = "in_progress") && due_at <= "${now()}"))`,
    done: () => `status = "done"`,
    cancelled: () => `status = "cancelled"`,
    late: () => "",
};
const shown = ["all", "open", "overdue", "done", "cancelled"];

// weekViews are the lines of a weekly summary, from a moment to before another.
const weekViews = {
    done: (from, to) => `status = "done" && done_at >= "${from}" && done_at < "${to}"`,
    open: (from, to) => `${open} && due_at < "${to}"`,
    delayed: (from, to) => `((${weekViews.done(from, to)} && done_at > due_at) || (due_at < "${to}" && ${views.overdue()}) || ` +
        `((delay_reason != "" || postpone_reason != "") && status != "cancelled" && due_at >= "${from}" && due_at < "${to}"))`,
    next: (from, to, after) => `${open} && due_at >= "${to}" && due_at < "${after}"`,
};

// linesOf gives the table of a plan: element, load, and what is to be shown of it: choose by view, reason or person, chooseWeek by a
// weekly summary.
export function linesOf(id, plan, names, changed) {
    const data = store({ rows: null, more: false, pages: 1, view: "all", person: null, reason: null, week: null, error: "" });

    function filter() {
        const parts = [app.pb.filter("plan = {:id}", { id }), views[data.view]()];
        if (data.person !== null) {
            parts.push(app.pb.filter("assignee = {:person}", { person: data.person }));
        }
        if (data.reason !== null) {
            parts.push(data.reason
                ? app.pb.filter(`(delay_reason = {:reason} || (delay_reason = "" && postpone_reason = {:reason}))`, { reason: data.reason })
                : `delay_reason = "" && postpone_reason = "" && (${views.overdue()} || (status = "done" && done_at > due_at))`);
        }
        if (data.week) {
            const { first, kind } = data.week;
            parts.push(weekViews[kind](startOf(first), startOf(plusDays(first, 7)), startOf(plusDays(first, 14))));
        }
        return parts.filter(Boolean).join(" && ");
    }

    async function load() {
        const parts = [];
        try {
            for (let n = 1; n <= data.pages && (n == 1 || parts.at(-1).length == pageSize); n++) {
                parts.push((await app.pb.collection("tasks").getList(n, pageSize, {
                    filter: filter(), sort: "due_at,id", expand: "customer", fields,
                    skipTotal: true, requestKey: "crm-lines",
                })).items);
            }
        } catch (err) {
            if (!err.isAbort) {
                data.error = err.response?.message || say("failed.connection");
            }
            return;
        }
        Object.assign(data, { rows: parts.flat(), more: parts.at(-1).length == pageSize, error: "" });
    }
    const choose = (change) => {
        Object.assign(data, { pages: 1, view: "all", person: null, reason: null, week: null, ...change });
        load().catch(failed);
    };
    return {
        load, choose, chooseWeek: ({ week, first, last }, kind) => choose({ week: { week, first, last, kind } }),
        chosen: (week, kind) => data.week?.week == week && data.week.kind == kind,
        print: async () => {
            data.pages = atMost / pageSize;
            await load();
            setTimeout(() => window.print());
        },
        element: t.section({ className: "crm-lines", hidden: () => !plan.plan },
            filters(data, plan, names, choose),
            () => problem(data, load),
            () => data.rows == null ? data.error ? null : loading(8) : data.rows.length ? table(data, names, changed)
                : empty(plan.progress?.total.lines ? "plans.noneSuch" : "plans.noLinesYet", "ri-list-check-3"),
            () => more(data, load)),
    };
}

function filters(data, plan, names, choose) {
    const count = (view) => {
        const total = plan.progress?.total;
        return total ? number(total[view == "all" ? "lines" : view]) : "";
    };
    const chosen = () => data.week ? say("plans.week." + data.week.kind) + " · " + `${day(data.week.first)} – ${day(data.week.last)}`
        : data.reason !== null ? data.reason || say("plans.reasons.none") : data.person !== null ? names[data.person] || say("cases.nobody") : "";
    return t.div({ className: "crm-filters" },
        t.div({ className: "crm-choices", role: "group", ariaLabel: say("plans.views") }, shown.map((view) => t.button({
            type: "button", "html-data-view": view,
            className: () => `crm-choice ${data.view == view && !chosen() ? "active" : ""}`, ariaPressed: () => String(data.view == view && !chosen()),
            onclick: () => choose({ view }),
        }, t.span(null, say("plans.view." + view)), t.span({ className: "crm-choice-count" }, () => count(view))))),
        () => chosen() ? t.button({
            type: "button", className: "crm-choice active crm-chosen", title: say("plans.view.clear"), onclick: () => choose({}),
        }, t.span(null, chosen()), icon("ri-close-line")) : null);
}

const columns = ["customer", "action", "planned", "actual", "who", "result", "status", "why", "acts"];

const heading = (name) => say("plans.column." + name);
const table = (data, names, changed) => headed(columns, heading, () => data.rows.map((line) => row(line, names, changed)));

const kinds = { done: "success", in_progress: "info", delayed: "danger" };

function row(line, names, changed) {
    const isOpen = ["open", "in_progress", "delayed"].includes(line.status);
    const late = isOpen ? line.status == "delayed" || line.due_at <= now() : line.status == "done" && line.done_at > line.due_at;
    const customer = line.expand?.customer;
    const why = line.delay_reason || line.postpone_reason;
    const cell = (name, isEmpty, ...content) =>
        t.td({ className: `crm-col-${name} ${isEmpty ? "crm-col-empty" : ""}`, "html-data-name": heading(name) }, content);
    return t.tr({ rid: JSON.stringify(line), "html-data-line": line.id },
        cell("customer", !customer,
            customer ? t.div({ className: "crm-line" }, tierBadge(customer.tier), customerLink(customer.id, customer.name)) : "–"),
        cell("action", false, line.title, line.channel ? t.div({ className: "txt-hint crm-sub" }, option("tasks", "channel", line.channel)) : null),
        cell("planned", false, t.span({ className: late ? "crm-late" : "" }, day(dayOf(line.due_at)))),
        cell("actual", !line.done_at, line.done_at ? day(dayOf(line.done_at)) : "–"),
        cell("who", false, () => names[line.assignee] || (line.assignee ? "" : say("cases.nobody"))),
        cell("result", !line.result, line.result || "–"),
        cell("status", false, t.span({ className: `label sm ${late && isOpen ? "danger" : kinds[line.status] || ""}` },
            late && isOpen ? say("plans.overdue") : option("tasks", "status", line.status)),
            late && !isOpen ? t.div({ className: "crm-sub txt-hint" }, say("plans.doneLate")) : null),
        cell("why", !why, why || "–",
            line.postponed ? t.div({ className: "txt-hint crm-sub" }, say("plans.postponed", { n: line.postponed })) : null),
        cell("acts", false, t.div({ className: "crm-acts" }, buttons(line, isOpen, changed))));
}

function buttons(line, isOpen, changed) {
    const may = isOpen && mayAct(line, line.expand?.customer?.team ?? "");
    return [
        may ? button({ words: "task.finish", className: "sm secondary crm-act", run: () => finish(line, changed) }) : null,
        may ? small("task.postpone", "ri-calendar-schedule-line", () => postpone(line, changed)) : null,
        mayEdit(line) ? small("plans.editLine", "ri-edit-box-line", () => edit(line, changed)) : null,
    ];
}
