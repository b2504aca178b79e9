// What is done with a plan and with its lines.

import { dialog, field, label, option, save, say, t, today } from "../../elements.js";
import { plusDays, startOf } from "./period.js";

const { crm } = window;
const tasks = () => crm.collection("tasks");
const dayOf = (moment) => crm.dayOf(moment);
const msOf = (moment) => Date.parse(moment.replace(" ", "T"));
const at = (line, day) => `${day} ${crm.time(line.due_at)}`; // read in the policy's time zone

// mayAct tells whether the reader is one of those who see to a line, mayEdit whether they arrange it. The server has the last word.
const isOfMyTeam = (line) => crm.role() == "manager" && !!crm.me().team && line.expand?.customer?.team == crm.me().team;
const isAll = () => ["director", "superuser"].includes(crm.role());
export const mayAct = (line) => isAll() || isOfMyTeam(line) || line.assignee == crm.me().id || !line.assignee && line.by == crm.me().id;
export const mayEdit = (line) => isAll() || isOfMyTeam(line) || line.by == crm.me().id;

const about = (line) => t.p({ className: "txt-hint m-t-0" }, [line.expand?.customer?.name, line.title].filter(Boolean).join(" · "));

// finish closes a line: what came of it, on which day, and where that was late, why.
export function finish(line, saved) {
    const data = store({ day: today() });
    const late = () => data.day > dayOf(line.due_at) || data.day == today() && Date.now() > msOf(line.due_at);
    dialog({
        title: say("plans.finish.title"), submitWords: "plans.finish",
        submit: async ({ result, done_at, delay_reason }) => {
            const change = { status: "done", result: result.trim() };
            if (done_at != today()) {
                change.done_at = `${done_at} ${done_at == dayOf(line.due_at) ? crm.time(line.due_at) : "12:00"}`;
            }
            if (delay_reason.trim() != (line.delay_reason || "")) {
                change.delay_reason = delay_reason.trim();
            }
            await save("tasks", line, change);
            saved();
        },
    },
        about(line),
        field({ name: "result", type: "textarea", text: label("tasks", "result"), value: line.result || "", autofocus: true }),
        field({
            name: "done_at", type: "date", words: "plans.finish.day", value: data.day, max: today(), required: true,
            onchange: (event) => data.day = event.target.value,
        }),
        t.div({ hidden: () => !late() }, field({
            name: "delay_reason", type: "textarea", text: label("tasks", "delay_reason"), value: line.delay_reason || "", required: () => late(),
        })));
}

// postpone puts a line off, which asks why.
export function postpone(line, saved) {
    dialog({
        title: say("plans.postpone.title"), submitWords: "plans.postpone",
        submit: async ({ due_at, postpone_reason }) => {
            await save("tasks", line, { due_at: at(line, due_at), postpone_reason: postpone_reason.trim() });
            saved();
        },
    },
        about(line),
        field({
            name: "due_at", type: "date", words: "plans.postpone.to", required: true, autofocus: true,
            min: dayOf(line.due_at) > today() ? dayOf(line.due_at) : today(),
        }),
        field({ name: "postpone_reason", type: "textarea", text: label("tasks", "postpone_reason"), required: true }));
}

export const edit = (line, saved) => app.modals.openRecordUpsert(tasks(), line.id, { onsave: saved, ondelete: saved });

// add opens the form of a new line, due at the end of the first day of the plan that is not past.
export function add(plan, period, saved) {
    const first = period.first > today() ? period.first : today();
    const end = new Date(msOf(startOf(plusDays(first, 1))) - 1000);
    app.modals.openRecordUpsert(tasks(), {
        kind: "maintenance", plan: plan.id, status: "open", priority: "normal", due_at: end.toISOString().replace("T", " "),
        expand: { plan: { collectionName: "plans", collectionId: crm.collection("plans")?.id, id: plan.id, name: plan.name } },
    }, { onsave: saved });
}

// generate makes lines from the playbooks of what is chosen, and tells what came of it.
export function generate(plan, told) {
    const boxes = (name, words, values) => t.fieldset({ className: "crm-checks" }, t.legend({ className: "txt-bold" }, say(words)),
        values.map((value) => t.div({ className: "field" },
            t.input({ type: "checkbox", id: `crm_${name}_${value}`, name, value }),
            t.label({ htmlFor: `crm_${name}_${value}` }, option("customers", name == "tiers" ? "tier" : "segment", value)))));
    const modal = dialog({
        title: say("plans.generate.title"), submitWords: "plans.generate",
        submit: async () => {
            const of = (name) => [...modal.querySelectorAll(`input[name=${name}]:checked`)].map((input) => input.value);
            const body = { tiers: of("tiers"), segments: of("segments") };
            told(await app.pb.send(`/api/crm/plans/${plan.id}/generate`, { method: "POST", body, requestKey: null }));
        },
    },
        t.p({ className: "txt-hint m-t-0" }, say("plans.generate.text")),
        boxes("tiers", "plans.generate.tiers", ["S", "A", "B", "C"]),
        boxes("segments", "plans.generate.segments", ["high_value_stable", "high_value_potential", "standard", "churn_risk"]));
    return modal;
}
