// Plans of maintenance: all of them, or one as the guide's table [001].

import { button, empty, failed, label, loading, number, page, say, t } from "../elements.js";
import { dialogOf } from "./plans/form.js";
import { showPlan } from "./plans/plan.js";
import { words } from "./plans/period.js";
import { cellOf, headed, more, problem } from "./table.js";

const { crm } = window;

export const show = (route) => route.query.plan?.[0] ? showPlan(route.query.plan[0]) : showPlans();

// goTo opens a plan.
const goTo = (id) => location.hash = `#/plans?plan=${id}`;

function showPlans() {
    const data = store({ rows: null, more: false, pages: 1, create: false, error: "" });
    async function load() {
        try {
            const parts = [];
            for (let n = 1; n <= data.pages && (n == 1 || parts.at(-1).more); n++) {
                parts.push(await app.pb.send("/api/crm/plans", { query: { page: n }, requestKey: null }));
            }
            Object.assign(data, { rows: parts.flatMap((part) => part.plans), more: parts.at(-1).more, error: "" });
        } catch (err) {
            data.error = err.response?.message || say("failed.connection");
        }
    }
    return page({
        name: "plans", title: say("page.plans"),
        actions: [() => data.create ? button({
            words: "plans.new", title: "plans.new", iconName: "ri-add-line", className: "crm-new-plan",
            run: () => dialogOf(null, (plan) => goTo(plan.id)),
        }) : null],
        onmount: () => {
            load();
            crm.rights("plans").then((rights) => data.create = rights.create).catch(failed);
        },
    },
        () => problem(data, load),
        () => data.rows == null ? data.error ? null : loading(6) : data.rows.length ? table(data) : empty("plans.none", "ri-list-check-3"),
        () => more(data, load));
}

const columns = ["name", "period", "team", "owner", "progress"];
const heading = (name) => name == "progress" ? say("plans.progress") : label("plans", name);

const cell = cellOf(heading);
const table = (data) => headed(columns, heading, () => data.rows.map(row));

function row(plan) {
    const counted = plan.lines - plan.cancelled;
    return t.tr({ rid: JSON.stringify(plan), "html-data-plan": plan.id },
        cell("name", t.a({ href: `#/plans?plan=${plan.id}`, className: "crm-customer-link" }, plan.name)),
        cell("period", words(plan.period)),
        cell("team", plan.team_name || say("plans.company")),
        cell("owner", plan.owner_name || t.span({ className: "missing-value" }, say("plans.noOwner"))),
        cell("progress", counted == 0 ? t.span({ className: "txt-hint" }, say("plans.noLines")) : t.div({ className: "crm-progress" },
            t.div({ className: "crm-bar sm", ariaHidden: true }, [["done", plan.done], ["delayed", plan.overdue]].filter(([, n]) => n)
                .map(([of, n]) => t.span({ className: `crm-of-${of}`, style: `width: ${100 * n / counted}%` }))),
            t.span({ className: "txt-nowrap" }, say("plans.doneOf", { done: number(plan.done), n: number(counted) })),
            plan.overdue ? t.span({ className: "label sm danger" }, say("plans.overdueN", { n: number(plan.overdue) })) : null)));
}
