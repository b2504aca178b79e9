// One plan: how it stands, its week, its goals, and its lines as the guide's table [001].

import { button, failed, icon, loading, named, page, say, t } from "../../elements.js";
import { problem, small } from "../table.js";
import { add, generate } from "./acts.js";
import { goalsCard, progressCard, weekCard } from "./cards.js";
import { dialogOf } from "./form.js";
import { linesOf } from "./lines.js";
import { plusDays, words } from "./period.js";

const { crm } = window;

export function showPlan(id) {
    const data = store({ plan: null, rights: {}, progress: null, week: "", error: "", made: null });
    const names = store({}); // of colleagues, by id
    const stopped = { yes: false };

    async function load() {
        try {
            const [plan, progress] = await Promise.all([
                app.pb.collection("plans").getOne(id, { expand: "team,owner", requestKey: null }),
                app.pb.send(`/api/crm/plans/${id}/progress`, { query: data.week ? { week: data.week } : {}, requestKey: null }),
            ]);
            if (stopped.yes) {
                return;
            }
            Object.assign(data, { plan, progress, error: "" });
            app.store.title = plan.name;
        } catch (err) {
            data.error = err.status == 404 ? say("plans.gone") : err.response?.message || say("failed.connection");
        }
    }
    const lines = linesOf(id, data, names, () => refresh());
    const refresh = () => Promise.all([load(), lines.load()]);
    let waiting, leave;
    const soon = () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => refresh().catch(failed), 500);
    };
    const toWeek = (days) => {
        data.week = plusDays(data.progress.week.first, days);
        return load();
    };

    return page({
        name: "plans", title: () => data.plan?.name || say("page.plans"),
        actions: [() => data.plan ? actions(data, lines, refresh) : null],
        onmount: () => {
            refresh().catch(failed);
            crm.rights("plans", id).then((rights) => data.rights = rights)
                .catch((err) => err.status == 404 || failed(err)); // of a plan that is gone the page says so
            named("users").then((people) => people.forEach((user) => names[user.id] = user.name)).catch(failed);
            const deafen = crm.live("tasks", app.pb.filter("plan = {:id}", { id }), soon, { fields: "id" });
            leave = () => {
                stopped.yes = true;
                clearTimeout(waiting);
                deafen();
            };
        },
        onunmount: () => leave?.(),
    },
        t.p({ className: "crm-plan-head txt-hint" }, () => data.plan ? head(data.plan, data.progress) : " "),
        () => problem(data, refresh),
        () => data.made ? told(data, names) : null,
        () => !data.progress ? data.error ? null : loading(6) : t.div({ className: "crm-plan-cards" },
            progressCard(data.progress, names, lines.choose), weekCard(data.progress, toWeek, lines.chooseWeek, lines.chosen),
            data.progress.goals.length ? goalsCard(data.progress) : null),
        lines.element);
}

const head = (plan, progress) => [
    t.a({ href: "#/plans", className: "link-hint crm-back" }, icon("ri-arrow-left-line"), say("plans.all")),
    t.span(null, words(plan.period)),
    t.span(null, progress ? `${crm.day(progress.period.first)} – ${crm.day(progress.period.last)}` : ""),
    t.span(null, plan.expand?.team?.name || say("plans.company")),
    t.span(null, say("plans.ownerIs", { name: plan.expand?.owner?.name || say("plans.noOwner") })),
];

function actions(data, lines, refresh) {
    return [
        data.rights.change ? button({
            words: "plans.generate", title: "plans.generate", iconName: "ri-magic-line", className: "secondary crm-generate",
            run: () => generate(data.plan, (made) => {
                data.made = made;
                return refresh();
            }),
        }) : null,
        data.rights.change && crm.isStaff() ? button({
            words: "plans.addLine", title: "plans.addLine", iconName: "ri-add-line", className: "secondary crm-add-line",
            run: () => add(data.plan, data.progress.period, refresh),
        }) : null,
        data.rights.change ? button({
            words: "plans.edit", title: "plans.edit", iconName: "ri-settings-3-line", className: "secondary crm-edit-plan",
            run: () => dialogOf(data.plan, refresh),
        }) : null,
        button({
            title: "plans.print", ariaLabel: say("plans.print"), iconName: "ri-printer-line", className: "secondary circle crm-print",
            run: () => lines.print(),
        }),
    ];
}

// told says what generating made.
function told(data, names) {
    const { created, kept, deleted, unplaced, people } = data.made;
    const byPerson = (work) => say("plans.made.person", { name: names[work.user] || say("cases.nobody"), n: work.lines });
    const parts = [say("plans.made.created", { n: created }), say("plans.made.kept", { n: kept })];
    if (deleted) {
        parts.push(say("plans.made.deleted", { n: deleted }));
    }
    if (unplaced) {
        parts.push(say("plans.made.unplaced", { n: unplaced }));
    }
    return t.div({ className: `alert ${unplaced ? "warning" : "success"} m-b-sm crm-made`, role: "status" },
        t.div(null, t.p(null, parts.join(" ")),
            t.p({ className: "txt-sm" }, () => people.map(byPerson).join(" · "))),
        small("close", "ri-close-line", () => data.made = null));
}
