// The policy: tiers, thresholds, signals and all else by which customers are judged and work is given. Nothing is saved unseen: first it
// is shown whom it would move.

import { button, card, collectionName, empty, loading, page, say, t } from "../elements.js";
import { forDirectors } from "./directors.js";
import { apply, copy, differences, read } from "./policy/draft.js";
import { fieldRow, groups } from "./policy/fields.js";
import { openConflict, openPreview } from "./policy/preview.js";
import { rulesTable, tiersTable } from "./policy/tables.js";

const { crm } = window;

export const show = forDirectors("policy", () => {
    const data = store({ ready: false, failed: false, base: null, draft: null });
    const changes = () => data.ready ? differences(data.base, data.draft) : [];
    const form = "crm_policy_form";

    async function load() {
        data.failed = false;
        try {
            begin(await read());
        } catch (err) {
            data.failed = !err.isAbort;
        }
    }

    // begin shows a state anew, with changes that are not saved yet.
    function begin(stored, unsaved = []) {
        Object.assign(data, { base: stored, draft: apply(copy(stored), unsaved), ready: true });
        crm.usePolicy(stored.policy);
    }

    function submit(event) {
        event.preventDefault();
        const mine = copy(changes());
        app.store.errors = null;
        app.toasts.removeAll();
        if (!mine.length) {
            return;
        }
        openPreview({
            base: copy(data.base), changes: mine, saved: (stored) => begin(stored),
            overtaken: (stored) => openConflict({ base: copy(data.base), stored, mine, goOn: () => begin(stored, mine) }),
        });
    }

    const undo = () => {
        app.store.errors = null;
        begin(copy(data.base));
    };
    const guard = leaveGuard(() => changes().length > 0);
    return page({ name: "policy", title: say("page.policy"), onmount: () => { guard.start(); load(); }, onunmount: guard.stop },
        t.p({ className: "txt-hint crm-policy-intro" }, say("policy.intro")),
        () => {
            if (data.failed) {
                return t.div(null, empty("failed.text", "ri-error-warning-line"), button({ words: "failed.again", run: load }));
            }
            if (!data.ready) {
                return t.div(null, Array.from({ length: 4 }, () => t.section({ className: "crm-card" }, loading(6))));
            }
            return formOf(data.draft, (field) => changes().find((change) => change.group == "policy" && change.field == field), form, submit);
        },
        t.footer({ className: "crm-savebar", hidden: () => !changes().length },
            t.span({ role: "status" }, () => say("policy.changed", { n: changes().length })),
            t.span({ className: "flex-fill" }),
            t.button({ type: "button", className: "btn transparent crm-policy-undo", onclick: undo }, say("policy.undo")),
            t.button({ className: "btn crm-policy-preview-btn", "html-form": form }, say("policy.preview"))));
});

function formOf(draft, changed, id, submit) {
    return t.form({ id, rid: draft, onsubmit: submit },
        card({ title: collectionName("tiers"), className: "crm-policy-tiers" }, t.p({ className: "txt-hint" }, say("policy.tiers.help")), tiersTable(draft.tiers)),
        t.div({ className: "crm-policy-groups" }, groups.map((group) => card({ title: say("policy.group." + group.name), className: "crm-group-" + group.name },
            t.p({ className: "txt-hint" }, say("policy.group." + group.name + ".help")), Object.keys(group.fields).map((field) => fieldRow(field, draft.policy, changed))))),
        card({ title: collectionName("risk_rules"), className: "crm-policy-rules" }, t.p({ className: "txt-hint" }, say("policy.rules.help")), rulesTable(draft.risk_rules)));
}

// leaveGuard asks before unsaved changes are left behind: by a link, the way back, or closing the window.
function leaveGuard(unsaved) {
    const home = location.hash;
    let back = false;
    const stay = () => {
        const target = location.hash;
        if (back || target == home || !unsaved()) {
            return back;
        }
        history.replaceState(null, "", home);
        back = true; // whatever follows the address, such as the header, is told that it is what it was
        window.dispatchEvent(new HashChangeEvent("hashchange"));
        back = false;
        app.store.title = say("page.policy"); // which PocketBase empties with every address
        app.modals.confirm(say("policy.leave"), () => {
            stop();
            location.hash = target;
        }, null, { yesButton: say("policy.leaveYes"), noButton: say("policy.leaveNo") });
        return true;
    };
    const onClose = (event) => unsaved() && event.preventDefault();
    const start = () => {
        crm.stay = stay;
        window.addEventListener("beforeunload", onClose);
    };
    const stop = () => {
        if (crm.stay == stay) {
            crm.stay = null;
        }
        window.removeEventListener("beforeunload", onClose);
    };
    return { start, stop };
}
