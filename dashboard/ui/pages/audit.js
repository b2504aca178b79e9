// The audit log: who did what and when, and what it was before and after. What is looked for stands in the address, so that it can be
// kept, sent to a colleague and gone back to.

import { badge, button, choice, customerLink, empty, field, loading, moment, named, option, page, say, t } from "../elements.js";
import { actorOf, collectionOf, fieldOf, isStructure, noteOf, sideOf } from "./audit/words.js";
import { forDirectors } from "./directors.js";

const { crm } = window;
const filters = ["actor", "collection", "record", "action", "from", "to"];
const actions = ["create", "update", "delete", "policy", "reveal", "export", "import", "merge", "erase", "restore", "sign_in", "sign_in_failed", "admin"];
const collections = [
    "customers", "contacts", "follow_ups", "tasks", "cases", "orders", "contracts", "surveys", "signals", "tier_changes", "plans", "playbooks",
    "materials", "campaigns", "campaign_members", "tags", "industries", "tiers", "policy", "risk_rules", "users", "teams", "notifications", "imports",
];
const kinds = { create: "success", delete: "danger", erase: "danger", reveal: "warning", export: "warning", policy: "info", sign_in_failed: "danger" };
const fewChanges = 6; // are shown at once

export const show = forDirectors("audit", (route) => {
    const search = Object.fromEntries(filters.map((name) => [name, route.query[name]?.[0] ?? ""]));
    const data = store({ entries: null, names: {}, next: "", failed: null, users: [], recordName: "" });

    async function load(before = "") {
        try {
            const query = Object.fromEntries(Object.entries({ ...search, before }).filter(([, value]) => value));
            const found = await app.pb.send("/api/crm/audit", { query, requestKey: null });
            data.names = { ...data.names, ...found.names };
            data.entries = before ? [...data.entries, ...found.entries] : found.entries;
            data.recordName = data.recordName || found.entries[0]?.name || "";
            Object.assign(data, { next: found.next, failed: null });
        } catch (err) {
            if (before) {
                throw err;
            }
            data.failed = err;
        }
    }

    async function loadUsers() {
        try {
            data.users = (await named("users", "", "id,name,active")).sort((a, b) => b.active - a.active);
        } catch (err) {
            console.warn("[touchbase]", err); // one can still look for all else
        }
    }

    return page({
        name: "audit", title: say("page.audit"), actions: [button({ iconName: "ri-refresh-line", words: "jobs.reload", className: "secondary", run: () => load() })],
        onmount: () => { load(); loadUsers(); },
    },
    searchForm(search, data),
    () => {
        if (data.failed && !data.entries) {
            return t.div(null, empty("failed.text", "ri-error-warning-line"), t.p({ className: "txt-center txt-hint" }, data.failed.response?.message ?? ""),
                button({ words: "failed.again", run: () => load() }));
        }
        if (!data.entries) {
            return t.div({ className: "crm-card" }, loading(12));
        }
        return data.entries.length ? entriesTable(data, search) : empty("audit.nothing", "ri-search-line");
    },
    () => data.next ? t.div({ className: "txt-center m-t-15 m-b-15" }, button({ words: "audit.older", className: "secondary", run: () => load(data.next) })) : null);
});

// go opens the page with another search.
const go = (search) => {
    const query = new URLSearchParams(Object.entries(search).filter(([, value]) => value)).toString();
    location.hash = "#/audit" + (query ? "?" + query : "");
};

function searchForm(search, data) {
    // While a year is typed, Chromium tells of those of one, two and three digits.
    const set = (name) => ({ target }) => target.validity.valid
        && go({ ...search, [name]: target.value, ...(name == "collection" ? { record: "" } : {}) });
    const day = (name) => field({ name, words: "audit." + name, type: "date", value: search[name], min: "1000-01-01", onchange: set(name) });
    const any = { value: "", text: say("audit.any") };
    return t.form({ className: "crm-audit-search", role: "search", onsubmit: (event) => event.preventDefault() },
        () => choice({
            name: "actor", words: "audit.who", value: search.actor, onchange: set("actor"), options: [any,
                { value: "program", text: say("audit.program") }, { value: "superuser", text: say("audit.superuser") },
                ...(search.actor && !["program", "superuser", ...data.users.map((user) => user.id)].includes(search.actor) ? [{ value: search.actor, text: data.names[search.actor] || "…" }] : []),
                ...data.users.map((user) => ({ value: user.id, text: user.name }))],
        }),
        choice({ name: "action", words: "audit.action", value: search.action, onchange: set("action"), options: [any, ...actions.map((value) => ({ value, text: option("audit_log", "action", value) }))] }),
        choice({ name: "collection", words: "audit.collection", value: search.collection, onchange: set("collection"), options: [any, ...collections.map((value) => ({ value, text: collectionOf(value) }))] }),
        search.record ? t.div({ className: "crm-audit-record" }, t.span({ className: "txt-hint txt-sm" }, say("audit.record")),
            t.span({ className: "label" }, () => data.recordName || say("audit.unnamed")),
            button({ iconName: "ri-close-line", className: "sm circle transparent", title: "audit.anyRecord", ariaLabel: say("audit.anyRecord"), run: () => go({ ...search, record: "" }) }))
            : customerField(search),
        day("from"),
        day("to"),
        filters.some((name) => search[name]) ? button({ words: "audit.clear", className: "transparent", run: () => go({}) }) : null);
}

// customerField finds a customer by name and looks for what was done with it.
function customerField(search) {
    const data = store({ found: [] });
    let timer = null;
    const id = "crm_audit_customers";
    async function suggest(text) {
        try {
            data.found = (await app.pb.collection("customers").getList(1, 10, {
                filter: crm.containing(text, ["name"]), fields: "id,name", skipTotal: true, requestKey: "audit-customers",
            })).items;
        } catch (err) {
            if (!err.isAbort) {
                console.warn("[touchbase]", err);
            }
        }
    }
    const chosen = (input) => {
        const text = input.isConnected ? input.value : ""; // of a page that was left, nothing is looked for any more
        const customer = data.found.find((one) => one.name == text.trim());
        if (customer) {
            go({ ...search, collection: "customers", record: customer.id });
        }
    };
    return t.div({ className: "crm-audit-customer" },
        field({
            name: "customer", words: "audit.customer", type: "search", "html-list": id, autocomplete: "off", placeholder: say("audit.customerHint"),
            oninput: (event) => {
                const input = event.target;
                const text = input.value.trim();
                clearTimeout(timer);
                chosen(input); // picked from the list
                timer = setTimeout(() => text && suggest(text).then(() => chosen(input)), 250);
            },
        }),
        t.datalist({ id }, () => data.found.map((customer) => t.option({ rid: customer.id, value: customer.name }))));
}

function entriesTable(data, search) {
    const cell = (words, className, ...content) => t.td({ "html-data-name": say(words), className }, ...content);
    return t.table({ className: "responsive-table crm-table crm-audit-table" },
        t.thead(null, t.tr(null, ["audit.when", "audit.who", "audit.what", "audit.changes"].map((words) => t.th(null, say(words))))),
        t.tbody(null, () => data.entries.map((entry) => t.tr({ rid: entry.id, "html-data-action": entry.action },
            cell("audit.when", "col-when", t.span(null, moment(entry.at))),
            cell("audit.who", "col-who", actorLink(entry.actor, search), entry.ip ? t.div({ className: "txt-hint txt-sm" }, entry.ip) : null),
            cell("audit.what", "col-what", t.div(null, badge(option("audit_log", "action", entry.action), kinds[entry.action]), " ", entry.collection ? collectionOf(entry.collection) : null), recordOf(entry, search)),
            cell("audit.changes", "col-changes", noteOf(entry) ? t.p({ className: "crm-audit-note" }, noteOf(entry)) : null, changesOf(entry, data.names))))));
}

function actorLink(actor, search) {
    const value = actor.kind == "user" ? actor.id : actor.kind;
    return search.actor == value ? t.span(null, actorOf(actor))
        : t.button({ type: "button", className: "crm-link", title: say("audit.onlyActor"), onclick: () => go({ ...search, actor: value }) }, actorOf(actor));
}

// recordOf names a record: a link where it can be looked at, and the way to all that was done with it.
function recordOf(entry, search) {
    if (!entry.record) {
        return null;
    }
    const name = entry.collection == "risk_rules" && entry.name ? option("risk_rules", "signal", entry.name) : entry.name;
    const own = entry.collection != "policy" && entry.collection != "_superusers";
    return t.div({ className: "crm-audit-what" },
        entry.customer ? customerLink(entry.customer, name || say("audit.unnamed")) : t.span({ className: name ? "" : "txt-hint" }, name || (own ? say("audit.gone") : "")),
        search.record == entry.record || entry.collection == "_superusers" ? null : t.button({
            type: "button", className: "crm-link crm-audit-all", title: say("audit.onlyRecord"), ariaLabel: say("audit.onlyRecord"),
            onclick: () => go({ collection: entry.collection, record: entry.record }),
        }, t.i({ className: "ri-filter-3-line", ariaHidden: true })));
}

function changesOf(entry, names) {
    if (!entry.changes.length) {
        return null;
    }
    const data = store({ all: false });
    const line = (change) => t.li(null, t.span({ className: "txt-hint" }, fieldOf(entry.collection, change.field)), crm.colon, sides(entry, change, names));
    return t.div(null,
        t.ul({ className: "crm-audit-changes" }, () => (data.all ? entry.changes : entry.changes.slice(0, fewChanges)).map(line)),
        () => !data.all && entry.changes.length > fewChanges
            ? t.button({ type: "button", className: "crm-link txt-sm", onclick: () => data.all = true }, say("audit.moreChanges", { n: entry.changes.length - fewChanges })) : null);
}

function sides(entry, change, names) {
    if (change.erased || entry.action == "erase") {
        return t.em({ className: "txt-hint" }, say("audit.erased"));
    }
    if (change.secret) {
        return t.em({ className: "txt-hint" }, say("audit.secret"));
    }
    if (isStructure(change.from) || isStructure(change.to)) {
        return t.em({ className: "txt-hint" }, say("audit.details"));
    }
    const side = (value) => sideOf(entry.collection, change.field, value, names);
    if (entry.action == "create") {
        return t.span(null, side(change.to));
    }
    return entry.action == "delete" ? t.del(null, side(change.from))
        : t.span(null, t.span({ className: "crm-before" }, side(change.from)), " → ", t.strong(null, side(change.to)));
}
