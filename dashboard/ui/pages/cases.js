// The queue of cases: what waits for an answer, the most urgent first, and what is done with it.

import { badge, button, customerLink, empty, failed, loading, moment, number, option, page, say, t, tierBadge } from "../elements.js";
import * as acts from "./cases/acts.js";
import { clockOf, msOf, span } from "./cases/clock.js";
import { cellOf, headed, more, problem, small } from "./table.js";

const { crm } = window;
const pageSize = 100;
const views = ["all", "mine", "team", "unassigned", "answered", "resolved"];

export function show(route) {
    const asked = route.query.view?.[0];
    const data = store({
        view: views.includes(asked) ? asked : "all", search: route.query.search?.[0] || "", pages: 1,
        rows: null, more: false, counts: {}, hours: null, error: "", now: Date.now(),
    });
    let ahead = 0; // of the server's clock before the browser's
    const serverNow = () => Date.now() + ahead;
    const at = () => new Date(serverNow()).toISOString().replace("T", " ");
    let stopped = false;

    // load reads as many pages as are shown. An answer that a later question has overtaken is dropped. acted is the case whose buttons the
    // keyboard was on: they are drawn anew.
    async function load(acted) {
        const parts = [];
        try {
            for (let n = 1; n <= data.pages && (n == 1 || parts.at(-1).more); n++) {
                parts.push(await app.pb.send("/api/crm/cases", {
                    query: { view: data.view, search: data.search, limit: pageSize, page: n }, requestKey: "crm-cases",
                }));
            }
        } catch (err) {
            if (!err.isAbort && !stopped) {
                data.error = err.response?.message || say("failed.connection");
            }
            return;
        }
        const last = parts.at(-1);
        ahead = msOf(last.at) - Date.now();
        const place = data.rows?.findIndex((row) => row.id == acted) ?? -1;
        const { counts, hours } = last;
        Object.assign(data, { rows: parts.flatMap((part) => part.cases), more: last.more, counts, hours, error: "", now: serverNow() });
        if (acted) {
            setTimeout(() => keepFocus(acted, place));
        }
    }
    const changed = (acted) => load(acted).catch(failed);

    let waiting;
    const soon = () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => changed(), 400);
    };
    let leave;
    const choose = (change) => {
        if (stopped) {
            return; // what was typed last, while the page was left: the address is another's
        }
        Object.assign(data, { pages: 1, ...change });
        app.utils.replaceHashQueryParams({ view: data.view == "all" ? "" : data.view, search: data.search });
        changed();
    };

    return page({
        name: "cases", title: say("page.cases"),
        actions: [crm.isStaff() ? button({
            words: "cases.new", title: "cases.new", iconName: "ri-add-line", className: "crm-new-case", run: () => acts.create(at, () => changed()),
        }) : null],
        onmount: () => {
            changed();
            const ticking = setInterval(() => data.now = serverNow(), 5000);
            const deafen = crm.live("cases", "", soon, { fields: "id" });
            leave = () => {
                stopped = true;
                clearInterval(ticking);
                clearTimeout(waiting);
                deafen();
            };
        },
        onunmount: () => leave?.(),
    },
        filters(data, choose),
        summary(data),
        () => problem(data, changed),
        () => data.rows == null ? data.error ? null : loading(8) : data.rows.length == 0 ? nothing(data) : table(data, at, changed),
        () => more(data, load));
}

// keepFocus goes on where the keyboard was: in the same row, or where it left the list, in the one that took its place.
function keepFocus(id, place) {
    if (document.activeElement && document.activeElement != document.body) {
        return;
    }
    const rows = [...document.querySelectorAll(".crm-cases [data-case]")];
    const row = rows.find((row) => row.dataset.case == id) ?? rows[Math.min(place, rows.length - 1)];
    row?.querySelector("button")?.focus();
}

// filters choose what is shown: a view, each with how many cases it has, and a part of the customer's name.
function filters(data, choose) {
    let typing;
    return t.div({ className: "crm-filters" },
        t.div({ className: "crm-choices", role: "group", ariaLabel: say("cases.views") },
            views.filter((view) => view != "team" || crm.me().team).filter((view) => view != "mine" || crm.isStaff()).map((view) => t.button({
                type: "button", className: () => `crm-choice ${data.view == view ? "active" : ""}`, ariaPressed: () => String(data.view == view),
                "html-data-view": view, onclick: () => choose({ view }),
            }, t.span(null, say("cases.view." + view)),
            t.span({ className: "crm-choice-count" }, () => data.counts[view] === undefined ? "" : number(data.counts[view]))))),
        t.input({
            type: "search", className: "crm-find", placeholder: say("cases.search"), ariaLabel: say("cases.search"), value: data.search,
            oninput: (event) => {
                clearTimeout(typing);
                typing = setTimeout(() => choose({ search: event.target.value.trim() }), 250);
            },
        }));
}

const summary = (data) => t.p({ className: "txt-hint crm-summary" }, () => data.rows == null ? " " : [
    data.counts.late ? t.strong({ className: "crm-late" }, say("cases.summary.late", { n: data.counts.late }))
        : t.span(null, say("cases.summary.inTime")),
    t.span(null, data.hours == null ? "" : say("cases.summary.hours", { hours: number(data.hours, 1) })),
]);

const nothing = (data) => data.search
    ? empty("cases.none.search", "ri-search-line", { search: data.search })
    : empty("cases.none." + data.view, data.view == "resolved" ? "ri-inbox-line" : "ri-check-double-line");

const columns = ["clock", "customer", "subject", "who", "opened", "acts"];

const heading = (name) => say("cases.column." + name);
const cell = cellOf(heading);
const table = (data, at, changed) => headed(columns, heading, () => data.rows.map((one) => row(one, data, at, changed)));

function row(one, data, at, changed) {
    const isOpen = !one.resolved_at;
    return t.tr({ rid: JSON.stringify(one), "html-data-case": one.id },
        cell("clock",
            t.span({ className: () => `label crm-clock ${clockOf(one, data.now).kind}` }, () => clockOf(one, data.now).words),
            one.due && isOpen || one.resolved_at ? t.div({ className: "txt-hint crm-sub" }, moment(one.resolved_at || one.due)) : null),
        cell("customer", t.div({ className: "crm-line" }, tierBadge(one.tier), customerLink(one.customer, one.customer_name))),
        cell("subject",
            t.div({ className: "crm-subject" }, one.subject),
            t.div({ className: "crm-line" },
                badge(option("cases", "kind", one.kind), one.kind == "complaint" ? "sm warning" : "sm"),
                one.severity == "major" ? badge(option("cases", "severity", one.severity), "sm danger") : null,
                one.reopened ? badge(say("cases.reopened", { n: one.reopened }), "sm warning") : null)),
        cell("who", one.holder_name ? t.span(null, one.holder_name) : t.span({ className: "txt-hint" }, say("cases.nobody")),
            one.holder_name && !one.assignee ? t.div({ className: "txt-hint crm-sub" }, say("cases.unassigned")) : null),
        cell("opened", t.span({ className: "txt-nowrap" }, moment(one.opened_at)),
            isOpen ? t.div({ className: "txt-hint crm-sub" }, () => say("cases.ago", { time: span(data.now - msOf(one.opened_at)) })) : null),
        cell("acts", t.div({ className: "crm-acts" }, buttons(one, at, changed))));
}

// buttons are what can be done with a case now. The first is what it waits for.
function buttons(one, at, changed) {
    const first = (words, run) => button({ words, className: "sm secondary crm-act", run });
    const saved = () => changed(one.id);
    const then = (run) => async () => {
        await run();
        await saved();
    };
    return [
        one.resolved_at ? first("cases.reopen", then(() => acts.reopen(one)))
            : !one.responded_at ? first("cases.answer", then(() => acts.answer(one, at))) : null,
        one.resolved_at ? null : first("cases.resolve", () => acts.resolve(one, at, saved)),
        one.resolved_at ? null : small("cases.assign", "ri-user-shared-line", () => acts.assign(one, saved)),
        crm.isStaff() ? small("cases.followUp", "ri-chat-new-line", () => acts.followUp(one)) : null,
        small("cases.open", "ri-edit-box-line", () => acts.open(one, saved)),
    ];
}
