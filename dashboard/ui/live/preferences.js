// What somebody wants to be told outside of the dashboard, and when not: the field notify of their own record.

import { dialog, field, say, t } from "../elements.js";

const { crm } = window;

const { all, has, made, lines } = crm.wishes;

const check = (name, words, checked) => {
    const id = "crm_" + name;
    return t.div({ className: "field" }, t.input({ type: "checkbox", className: "switch", id, name, checked }), t.label({ htmlFor: id }, say(words)));
};

const group = (words, ...content) => t.fieldset({ className: "crm-fieldset" }, t.legend(null, say(words)), content);

// The field a refusal is about; the server knows the whole as one.
const fieldOf = (code) => code == "notify_quiet" ? "quiet_from" : "urls";

// edit opens the settings of whoever is signed in.
export async function edit() {
    const { notify } = await app.pb.collection("users").getOne(crm.me().id, { fields: "id,notify", requestKey: null });
    const now = all(notify);
    const { quiet_from = "", quiet_to = "" } = crm.policy ?? {};
    const wishes = (way, stored) => ["urgent", "digest"].map((kind) => check(`${way}_${kind}`, "notice." + kind, has(stored, kind)));
    dialog({ title: say("notice.settings"), className: "crm-preferences", submit: save },
        t.p({ className: "txt-hint" }, say("notice.why")),
        group("notice.email", wishes("email", now.email)),
        group("notice.messenger", wishes("messenger", now.messenger),
            field({ name: "urls", words: "notice.urls", type: "textarea", value: now.urls.join("\n"), spellcheck: false, autocomplete: "off" }),
            t.div({ className: "field-help" }, say("notice.urlsHelp"))),
        group("notice.quiet",
            t.div({ className: "crm-columns" },
                field({ name: "quiet_from", words: "notice.from", type: "time", value: now.quiet_from }),
                field({ name: "quiet_to", words: "notice.to", type: "time", value: now.quiet_to })),
            t.div({ className: "field-help" }, say("notice.quietHelp", { from: quiet_from, to: quiet_to }))));
}

async function save(values) {
    const notify = {
        email: made(values.email_urgent, values.email_digest), messenger: made(values.messenger_urgent, values.messenger_digest),
        urls: lines(values.urls), quiet_from: values.quiet_from, quiet_to: values.quiet_to,
    };
    try {
        await app.pb.collection("users").update(crm.me().id, { notify }, { requestKey: null });
    } catch (err) {
        const refused = err.response?.data?.notify;
        if (refused) {
            err.response.data = { [fieldOf(refused.code)]: refused };
        }
        throw err;
    }
    app.toasts.success(say("notice.saved"));
}
