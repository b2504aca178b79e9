// The window before a policy is saved: what changes, whom it would move, and, once it is saved, what the tiers job made of it.

import { button, customerLink, empty, failed, loading, number, option, riskBadge, say, t, tierBadge } from "../../elements.js";
import { differences, nameOfChange, proposal, read, valueOf } from "./draft.js";

const { crm } = window;
const tiers = ["S", "A", "B", "C"];
const risks = ["stable", "warning", "churn_risk"];
const namesAtOnce = 100;
const pollEvery = 700; // milliseconds, while the job runs

// openPreview tries the changes and lets them be saved. Where the server refuses them it closes, for the errors stand beside their
// fields; saved(state) is called with what is stored then, overtaken(state) with what somebody else saved first.
export function openPreview({ base, changes, saved, overtaken }) {
    const data = store({ stage: "trying", preview: null, run: null, moved: null, total: 0 });
    let closed = false;
    const body = proposal(base, changes);
    const modal = t.div({ className: "modal popup lg crm-policy-preview", onafterclose: (el) => { closed = true; el.remove(); } },
        t.header({ className: "modal-header" }, t.h2({ className: "modal-title" }, () => say("policy.stage." + data.stage))),
        t.div({ className: "modal-content", ariaLive: "polite" }, changesList(changes), () => content(data)),
        t.footer({ className: "modal-footer" },
            t.button({ type: "button", className: "btn transparent m-r-auto", onclick: () => app.modals.close(modal) }, () => say(data.stage == "shown" ? "policy.back" : "close")),
            button({ words: "policy.save", className: "crm-policy-save", hidden: () => data.stage != "shown", run: save })));

    async function attempt() {
        try {
            data.preview = await app.pb.send("/api/crm/policy/preview", { method: "POST", body, requestKey: null });
            data.stage = "shown";
        } catch (err) {
            refused(err);
        }
    }

    // refused leaves the window for the page, where the errors stand beside their fields, and goes to the first of them.
    function refused(err) {
        app.modals.close(modal, true);
        failed(err);
        setTimeout(() => document.querySelector(".crm-policy [data-error]")?.focus());
    }

    async function save() {
        let answer;
        try {
            answer = await app.pb.send("/api/crm/policy", { method: "PATCH", body, requestKey: null });
        } catch (err) {
            if (err.status != 409) {
                return refused(err);
            }
            app.modals.close(modal, true);
            app.store.errors = null;
            return overtaken(await read());
        }
        data.stage = "applying";
        follow(answer.at.replace("T", " ")); // whether or not the page can read it again
        saved(await read());
    }

    // follow waits for the run of the job that the save began.
    async function follow(since) {
        while (!closed && data.stage == "applying") {
            try {
                const found = await app.pb.collection("job_runs").getList(1, 1, {
                    filter: app.pb.filter("job = 'tiers' && cause = 'policy' && started_at >= {:since}", { since }), sort: "-started_at", requestKey: null,
                });
                data.run = found.items[0] ?? null;
                if (data.run && data.run.status != "running") {
                    await result(data.run);
                }
            } catch (err) {
                console.warn("[touchbase]", err); // it runs all the same; the next question may be answered
            }
            await new Promise((resolve) => setTimeout(resolve, pollEvery));
        }
    }

    async function result(run) {
        const found = await app.pb.collection("tier_changes").getList(1, namesAtOnce, {
            filter: app.pb.filter("cause = 'policy' && at >= {:at}", { at: run.started_at }), sort: "-at", expand: "customer", requestKey: null,
        });
        Object.assign(data, { moved: found.items, total: found.totalItems, stage: run.status == "done" ? "done" : "notDone" });
    }

    document.body.append(modal);
    app.modals.open(modal);
    attempt();
}

function changesList(changes) {
    return t.section({ className: "crm-policy-changes" }, t.h3(null, say("policy.changes", { n: changes.length })),
        t.ul(null, changes.map((change) => t.li(null, t.span({ className: "txt-hint" }, nameOfChange(change) + crm.colon), valueOf(change, change.from), " → ",
            t.strong(null, valueOf(change, change.to))))));
}

function content(data) {
    if (data.stage == "trying") {
        return t.div(null, t.p({ className: "txt-hint" }, say("policy.trying")), loading(5));
    }
    if (data.stage == "shown") {
        return previewOf(data.preview);
    }
    if (data.stage == "applying") {
        return t.div({ className: "crm-policy-progress" }, t.span({ className: "loader" }), t.p(null, say(data.run ? "policy.applying" : "policy.starting")));
    }
    return resultOf(data);
}

function previewOf(preview) {
    if (!preview.changed) {
        return empty("policy.nothingMoves", "ri-equalizer-line", { n: preview.customers, customers: number(preview.customers) });
    }
    return t.div(null,
        t.p({ className: "crm-policy-sum" }, say("policy.moves", { n: preview.changed, changed: number(preview.changed), customers: number(preview.customers) })),
        t.div({ className: "crm-matrices" },
            matrix("policy.byTier", tiers, preview.tiers, (tier) => tier ? tierBadge(tier) : say("policy.noTier")),
            matrix("policy.byRisk", risks, preview.risks, (risk) => risk ? option("customers", "risk", risk) : say("policy.noTier"))),
        names(preview));
}

// matrix counts customers by where they come from and where they go.
function matrix(words, values, shifts, name) {
    if (!shifts.length) {
        return t.div({ className: "crm-matrix" }, t.h3(null, say(words)), t.p({ className: "txt-hint" }, say("policy.noShift")));
    }
    const from = shifts.some((shift) => !shift.from) ? ["", ...values] : values;
    const count = (a, b) => shifts.find((shift) => shift.from == a && shift.to == b)?.customers ?? 0;
    return t.div({ className: "crm-matrix" }, t.h3(null, say(words)), t.table({ className: "crm-table" },
        t.thead(null, t.tr(null, t.th({ className: "txt-hint" }, say("policy.fromTo")), values.map((to) => t.th({ "html-scope": "col" }, name(to))))),
        t.tbody(null, from.map((a) => t.tr(null, t.th({ "html-scope": "row" }, name(a)), values.map((b) => {
            const n = count(a, b);
            return t.td({ className: n ? "moves" : a == b ? "same" : "none", "html-data-shift": `${a}-${b}` }, n ? number(n) : a == b ? "" : "·");
        }))))));
}

function names(preview) {
    const data = store({ shown: namesAtOnce });
    const row = (move) => t.tr({ rid: move.customer },
        t.td({ "html-data-name": crm.label("customers", "name") }, t.a({ href: `#/customer/${move.customer}`, target: "_blank", rel: "noopener", className: "crm-customer-link" }, move.name)),
        t.td({ "html-data-name": crm.label("customers", "tier") }, change(move.from.tier, move.to.tier, (tier) => tier ? tierBadge(tier) : say("policy.noTier"))),
        t.td({ "html-data-name": crm.label("customers", "risk") }, change(move.from.risk, move.to.risk, riskName)));
    return t.div({ className: "crm-policy-names" }, t.h3(null, say("policy.who")),
        t.table({ className: "responsive-table crm-table" },
            t.thead(null, t.tr(null, ["name", "tier", "risk"].map((field) => t.th(null, crm.label("customers", field))))),
            t.tbody(null, () => preview.moves.slice(0, data.shown).map(row))),
        () => preview.moves.length > data.shown ? button({ words: "policy.more", className: "sm secondary m-t-10", run: () => data.shown += namesAtOnce }) : null,
        preview.more ? t.p({ className: "txt-hint" }, say("policy.notAll", { shown: number(preview.moves.length), changed: number(preview.changed) })) : null);
}

const riskName = (risk) => riskBadge(risk) ?? t.span({ className: "label" }, risk ? option("customers", "risk", risk) : say("policy.noTier"));
const change = (from, to, show) => t.span({ className: "crm-change" }, from == to ? show(to) : [show(from), t.i({ className: "ri-arrow-right-line", role: "img", ariaLabel: say("policy.to") }), show(to)]);

function resultOf({ run, moved, total, stage }) {
    if (stage == "notDone") {
        return t.div({ className: "alert warning" }, t.p(null, say("policy.notApplied")), t.a({ href: "#/jobs" }, say("policy.toJobs")));
    }
    return t.div({ className: "crm-policy-result" },
        t.div({ className: "alert success" }, t.p(null, say("policy.applied", { examined: number(run.examined), changed: number(run.changed) }))),
        total ? t.div({ className: "crm-policy-names" }, t.h3(null, say("policy.moved", { n: total })), t.ul({ className: "crm-moved" }, moved.map((entry) => t.li(null,
            customerLink(entry.customer, entry.expand?.customer?.name ?? say("policy.gone")), " ", change(entry.from, entry.to, (tier) => tier ? tierBadge(tier) : say("policy.noTier"))))),
        total > moved.length ? t.p({ className: "txt-hint" }, say("policy.notAll", { shown: number(moved.length), changed: number(total) })) : null)
            : t.p(null, say("policy.noneMoved")));
}

// openConflict shows what somebody else saved first, beside what was to be saved.
export function openConflict({ base, stored, mine, goOn }) {
    const theirs = differences(base, stored);
    const typed = (change) => mine.find((one) => one.group == change.group && one.row == change.row && one.field == change.field);
    const modal = t.div({ className: "modal popup crm-policy-conflict", onafterclose: (el) => { el.remove(); goOn(); } },
        t.header({ className: "modal-header" }, t.h2({ className: "modal-title" }, say("policy.conflict"))),
        t.div({ className: "modal-content" }, t.p(null, say("policy.conflictText")),
            theirs.length ? t.ul({ className: "crm-conflicts" }, theirs.map((change) => t.li(null, t.strong(null, nameOfChange(change)), crm.colon, valueOf(change, change.from),
                " → ", valueOf(change, change.to), typed(change) ? t.p({ className: "txt-hint txt-sm" }, say("policy.yours", { value: valueOf(change, typed(change).to) })) : null)))
                : t.p({ className: "txt-hint" }, say("policy.conflictSame"))),
        t.footer({ className: "modal-footer" }, t.button({ type: "button", className: "btn m-l-auto", onclick: () => app.modals.close(modal) }, say("policy.goOn"))));
    document.body.append(modal);
    app.modals.open(modal);
}
