// What is done with a plan and with its lines.

import { dialog, option, say, t, today } from "../../elements.js";
import { leads } from "../tasks.js";
import { plusDays, startOf } from "./period.js";

const { crm } = window;
const tasks = () => crm.collection("tasks");
const msOf = (moment) => Date.parse(moment.replace(" ", "T"));

// mayEdit tells whether the reader arranges a line. The server has the last word.
export const mayEdit = (line) => leads(line.expand?.customer?.team ?? "") || line.by == crm.me().id;

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
