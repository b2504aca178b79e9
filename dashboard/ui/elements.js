// The elements that the pages are made of. They look as PocketBase's own do, and use its styles wherever it has one.

const { crm } = window;
export const { say, label, option, day, dated, moment, time, money, number, today, dayOf, collectionName } = crm;

// t builds elements whose texts are shown as they are: the pages say their own words in the reader's language, and the rest was written by
// people. PocketBase's t would look all of it up in its dictionary.
export const t = new Proxy({}, { get: (_, tag) => (...args) => crm.verbatim(() => window.t[tag](...args)) });

export const icon = (name) => t.i({ className: name, ariaHidden: true });

// page is the frame of a page: its name, what is to be done with the whole of it, and its content.
export function page({ name, title, actions = [], className = "", onmount, onunmount }, ...content) {
    app.store.title = typeof title == "function" ? title() : title;
    return t.div({ className: `page crm-page crm-${name}`, onmount, onunmount },
        t.div({ className: `page-content full-height ${className}` },
            t.header({ className: "page-header" },
                t.nav({ className: "breadcrumbs" }, t.h1({ className: "crm-title" }, title)),
                t.div({ className: "page-header-primary-btns" }, actions)),
            content));
}

// failedPage says that a page could not be shown, and what to do.
export const failedPage = (err) => page({ name: "failed", title: say("failed.title") },
    t.div({ className: "alert danger" }, t.p(null, say("failed.text")), t.p({ className: "txt-hint" }, err?.response?.message || err?.message || "")),
    t.button({ type: "button", className: "btn", onclick: () => location.reload() }, say("failed.again")));

// button is one thing to do; while it runs it cannot be pressed again, and what goes wrong is said.
export function button({ words, text, iconName, className = "", run, hidden, disabled, title, ...props }) {
    const data = store({ busy: false });
    const of = (prop) => typeof prop == "function" ? prop() : prop;
    return t.button({
        type: "button", hidden, ...props, title: title ? say(title) : undefined,
        className: () => `btn ${of(className)} ${data.busy ? "loading" : ""}`, disabled: () => data.busy || !!of(disabled),
        onclick: async (event) => {
            event.stopPropagation();
            data.busy = true;
            try {
                await run(event);
            } catch (err) {
                failed(err);
            }
            data.busy = false;
        },
    }, iconName ? icon(iconName) : null, words || text ? t.span({ className: "txt" }, words ? say(words) : text) : null);
}

// failed says what went wrong, in the server's words where it was the server; its errors stand beside their fields.
export function failed(err) {
    if (err?.isAbort) {
        return;
    }
    if (err?.status === 0) {
        app.toasts.error(say("failed.connection"));
    } else if (err?.response) {
        app.checkApiError(err);
    } else {
        console.error("[touchbase]", err);
        app.toasts.error(say("failed.text"));
    }
}

// save writes a change of a record on the version that was read. Where somebody saved first, it says what they changed, and takes over what
// the record now holds: whoever has seen that and does the same once more, means it.
export async function save(collection, record, change) {
    try {
        return await app.pb.collection(collection).update(record.id, { ...change, rev: record.rev }, { requestKey: null });
    } catch (err) {
        const { rev, ...errors } = err.response?.data ?? {};
        if (rev?.code == "conflict") {
            const now = Object.entries(errors).filter(([, error]) => error.code == "changed").map(([name, { params }]) => [name, params.value]);
            const news = now.filter(([name, value]) => JSON.stringify(value || "") != JSON.stringify(record[name] || ""));
            const what = news.map(([name, value]) => told(collection, name, value)).join(crm.language == "en" ? ", " : "，");
            Object.assign(record, Object.fromEntries(now), { rev: rev.params.rev });
            err.response = { ...err.response, message: what ? say("conflict.changed", { what }) : err.response.message, data: {} };
        }
        throw err;
    }
}

// told names a field, and what it holds where that is told in a few words.
function told(collection, name, value) {
    const isText = ["string", "number"].includes(typeof value) && value !== "";
    const type = crm.collection(collection)?.fields.find((f) => f.name == name)?.type;
    const words = !isText || type == "relation" ? "" : type == "date" ? (crm.isDay(name) ? day(value) : moment(value)) : option(collection, name, String(value));
    return words ? `${label(collection, name)} ${words}` : label(collection, name);
}

// named reads all records of a collection, as colleagues and teams, that people look for by their names, in the order of these.
export async function named(collection, filter = "", fields = "id,name") {
    const records = await app.pb.collection(collection).getFullList({ batch: 200, filter, fields, sort: "name,id", requestKey: null });
    return records.sort((a, b) => a.name.localeCompare(b.name, crm.language));
}

// badge is a word in a small coloured frame.
export const badge = (text, kind = "", title) => t.span({ className: `label crm-badge ${kind}`, title }, text);
export const tierBadge = (tier) => tier ? badge(tier, `crm-tier tier-${tier}`, say("tier", { tier })) : null;
export const riskBadge = (risk) => risk && risk != "stable" ? badge(option("customers", "risk", risk), `crm-risk risk-${risk}`) : null;
export const silentBadge = (silent) => silent ? badge(say("silent"), "crm-silent") : null;

export const customerLink = (id, name) => t.a({ href: `#/customer/${id}`, className: "crm-customer-link", onclick: (event) => event.stopPropagation() }, name);

// empty says that there is nothing, and what that means; loading holds the place of what is on its way, so that nothing jumps.
export const empty = (words, iconName = "ri-check-double-line", facts) => t.div({ className: "crm-empty" }, icon(iconName), t.p(null, say(words, facts)));
export const loading = (lines = 3) => t.div({ className: "crm-loading", ariaBusy: "true" }, Array.from({ length: lines }, () => t.div({ className: "skeleton-loader" })));

// card is a part of a page with a heading.
export const card = ({ title, className = "", actions = null, ...props }, ...content) => t.section({ ...props, className: `crm-card ${className}` },
    t.header({ className: "crm-card-header" }, t.h2(null, title), t.div({ className: "flex-fill" }), actions), content);

// dialog opens a small window with a form in it. submit is given the form's values by their names, and closes the window unless it throws.
export function dialog({ title, submitWords = "save", className = "", submit }, ...content) {
    const data = store({ busy: false });
    const id = "crm_dialog_" + app.utils.randomString();
    app.store.errors = null;
    const modal = t.div({ className: `modal popup crm-dialog ${className}`, onafterclose: (el) => el.remove() },
        t.header({ className: "modal-header" }, t.h6({ className: "modal-title" }, title)),
        t.form({
            id, className: "modal-content", onsubmit: async (event) => {
                event.preventDefault();
                if (data.busy) {
                    return;
                }
                data.busy = true;
                try {
                    await submit(Object.fromEntries(new FormData(event.target)));
                    app.modals.close(modal, true);
                } catch (err) {
                    failed(err);
                }
                data.busy = false;
            },
        }, content),
        t.footer({ className: "modal-footer" },
            t.button({ type: "button", className: "btn transparent m-r-auto", onclick: () => app.modals.close(modal) }, say("close")),
            t.button({ className: () => `btn ${data.busy ? "loading" : ""}`, disabled: () => data.busy, "html-form": id }, say(submitWords))));
    document.body.append(modal);
    app.modals.open(modal);
    return modal;
}

// field is an input with its label; error messages of the server find it by its name.
export function field({ name, words, text, type = "text", ...props }) {
    const id = "crm_" + name + app.utils.randomString();
    const control = type == "textarea" ? t.textarea({ id, name, rows: 3, ...props }) : t.input({ id, name, type, ...props });
    return t.div({ className: "field" }, t.label({ htmlFor: id }, words ? say(words) : text), control);
}

// choice is a field of options, [{value, text}].
export function choice({ name, words, text, options, value, ...props }) {
    const id = "crm_" + name + app.utils.randomString();
    return t.div({ className: "field" }, t.label({ htmlFor: id }, words ? say(words) : text),
        t.select({ id, name, ...props }, options.map((o) => t.option({ value: o.value, selected: o.value === value }, o.text))));
}

// recordFollowUp opens the form of a follow-up with a customer, prefilled.
export const recordFollowUp = (customer, prefill = {}, saved) => app.modals.openRecordUpsert(crm.collection("follow_ups"), {
    customer: customer.id, started_at: new Date().toISOString().replace("T", " "), direction: "out", ...prefill,
    expand: { customer: { collectionName: "customers", collectionId: crm.collection("customers")?.id, ...customer }, ...prefill.expand },
}, { onsave: (record) => saved?.(record) });
