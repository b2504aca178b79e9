// What is done with a case. Each of these saves only what it changes.

import { choice, dialog, field, named, recordFollowUp, say, t } from "../../elements.js";

const { crm } = window;
const collection = () => app.pb.collection("cases");
const save = (id, change) => collection().update(id, change, { requestKey: null, fields: "id" });

export const answer = (one, at) => save(one.id, { responded_at: at() });
export const reopen = (one) => save(one.id, { resolved_at: "" });
export const open = (one, saved) => app.modals.openRecordUpsert(crm.collection("cases"), one.id, { onsave: saved, ondelete: saved });

export const followUp = (one, prefill = {}) =>
    recordFollowUp({ id: one.customer, name: one.customer_name }, { kind: "service", purpose: one.subject, ...prefill });

// create opens the form of a new case, opened at the server's present: the browser's may be a future, which is refused.
export const create = (at, saved) => app.modals.openRecordUpsert(crm.collection("cases"), { severity: "minor", opened_at: at() }, { onsave: saved });

// resolve asks what was done and writes it under the detail of the case, with who and when: the next one who meets it wants to know.
export function resolve(one, at, saved) {
    dialog({
        title: say("cases.resolve.title", { subject: one.subject }), submitWords: "cases.resolve",
        submit: async ({ done, record }) => {
            const now = at();
            const line = `${crm.dayOf(now)} ${crm.time(now)} ${crm.me().name || crm.me().email}: ${done.trim()}`;
            const { detail } = await collection().getOne(one.id, { requestKey: null, fields: "detail" }); // others write there, too
            await save(one.id, { resolved_at: now, detail: [detail, line].filter(Boolean).join("\n\n") });
            saved();
            if (record) {
                followUp(one, { content: done.trim() });
            }
        },
    },
        t.p({ className: "txt-hint m-t-0" }, one.customer_name),
        field({ name: "done", type: "textarea", words: "cases.resolve.done", required: true, autofocus: true }),
        t.div({ className: "field m-t-sm" },
            t.input({ type: "checkbox", id: "crm_case_record", name: "record" }),
            t.label({ htmlFor: "crm_case_record" }, say("cases.resolve.record"))));
}

// assign names who is to see to a case.
export async function assign(one, saved) {
    const people = (await named("users", "active = true", "id,name,role")).map((user) => ({ value: user.id, text: `${user.name} · ${crm.option("users", "role", user.role)}` }));
    dialog({
        title: say("cases.assign.title", { subject: one.subject }), submitWords: "cases.assign",
        submit: async ({ assignee }) => {
            await save(one.id, { assignee });
            saved();
        },
    },
        t.p({ className: "txt-hint m-t-0" }, one.customer_name),
        choice({ name: "assignee", words: "cases.assign.who", value: one.assignee, options: [{ value: "", text: say("cases.nobody") }, ...people] }));
}
