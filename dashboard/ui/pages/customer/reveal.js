import { failed, field, icon, say, t } from "../../elements.js";

// The ready reasons for seeing what is masked, as the server has them; the last asks for words.
const reasons = ["customer_called", "on_behalf_of_owner", "check_details"];

// askReveal asks for what reason a masked value is to be seen: one tap on a ready one, or words. Every value shown is in the audit log.
export function askReveal({ collection, id, field: name, title }, shown) {
    const data = store({ busy: false, other: false });
    async function reveal(reason, text = "") {
        if (data.busy) {
            return;
        }
        data.busy = true;
        try {
            const body = { collection, id, field: name, reason, text };
            const { value } = await app.pb.send("/api/crm/reveal", { method: "POST", body, requestKey: null });
            app.modals.close(modal, true);
            shown(value);
        } catch (err) {
            failed(err);
        }
        data.busy = false;
    }
    const formId = "crm_reveal_" + app.utils.randomString();
    app.store.errors = null;
    const modal = t.div({ className: "modal popup sm crm-dialog crm-reveal", onafterclose: (el) => el.remove() },
        t.header({ className: "modal-header" }, t.h6({ className: "modal-title" }, title)),
        t.div({ className: "modal-content" },
            t.p({ className: "txt-hint" }, say("customer.reveal.why")),
            t.div({ className: "crm-reveal-reasons" }, reasons.map((reason) => t.button({
                type: "button", className: "btn block secondary", disabled: () => data.busy, "html-data-reason": reason,
                onclick: () => reveal(reason),
            }, t.span({ className: "txt" }, say("customer.reveal." + reason)))),
                t.button({ type: "button", className: "btn block transparent secondary", hidden: () => data.other, onclick: () => data.other = true },
                    t.span({ className: "txt" }, say("customer.reveal.other")))),
            t.form({
                id: formId, hidden: () => !data.other, onsubmit: (event) => {
                    event.preventDefault();
                    reveal("other", new FormData(event.target).get("text"));
                },
            }, field({ name: "text", words: "customer.reveal.words", maxLength: 200, required: true }),
                t.button({ className: () => `btn block ${data.busy ? "loading" : ""}`, disabled: () => data.busy },
                    icon("ri-eye-line"), t.span({ className: "txt" }, say("customer.reveal"))))),
        t.footer({ className: "modal-footer" },
            t.button({ type: "button", className: "btn transparent m-r-auto", onclick: () => app.modals.close(modal) }, say("close"))));
    document.body.append(modal);
    app.modals.open(modal);
}
