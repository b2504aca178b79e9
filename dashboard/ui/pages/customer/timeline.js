import { card, collectionName, day, dayOf, empty, failed, icon, loading, say, t, time } from "../../elements.js";
import { kinds } from "./lines.js";
import { again, open } from "./state.js";

const pageSize = 40;
const most = 200; // that the server answers at once

// timeline is everything that happened with the customer, newest first, by days.
export function timeline(state) {
    const data = store({ items: null, before: "", of: "", failed: false, more: false });
    let asked = 0;

    async function ask(limit, before = "") {
        const query = { limit, before, of: data.of };
        return app.pb.send(`/api/crm/customers/${state.id}/timeline`, { query, requestKey: null });
    }

    // read reads as much again as is shown, so that nothing above or below what changed moves.
    async function read() {
        const mine = ++asked;
        try {
            const shown = data.items ?? [];
            const answer = await ask(Math.min(most, Math.max(pageSize, shown.length)));
            if (mine != asked) {
                return;
            }
            const fresh = new Set(answer.items.map(key));
            const last = shown.findIndex((item) => key(item) == key(answer.items.at(-1) ?? {}));
            const older = shown.length > most && last >= 0 ? shown.slice(last + 1).filter((item) => !fresh.has(key(item))) : [];
            state.names.need(answer.items.flatMap(peopleOf));
            data.items = [...answer.items, ...older];
            data.before = older.length ? data.before : answer.before;
            data.failed = false;
            if (!data.of) {
                state.data.lastFollowUp = data.items.find((item) => item.collection == "follow_ups")?.record ?? null;
            }
        } catch (err) {
            if (mine == asked) {
                data.failed = true;
            }
        }
    }

    async function more() {
        const mine = asked;
        data.more = true;
        try {
            const answer = await ask(pageSize, data.before);
            if (mine == asked) {
                state.names.need(answer.items.flatMap(peopleOf));
                data.items = [...data.items, ...answer.items];
                data.before = answer.before;
            }
        } catch (err) {
            failed(err);
        }
        data.more = false;
    }

    function choose(of) {
        data.of = of;
        data.items = null;
        read();
    }

    let changes = null;
    return card({
        title: say("customer.timeline"), className: "crm-timeline",
        onmount: () => changes = watch(() => state.data.changes, (n) => n && read()),
        onunmount: () => changes?.unwatch(),
    },
        t.div({ className: "crm-choices", role: "group", ariaLabel: say("customer.filter") },
            ["", ...Object.keys(kinds)].map((of) => t.button({
                type: "button", className: () => `crm-choice ${data.of == of ? "active" : ""}`, ariaPressed: () => String(data.of == of),
                "html-data-of": of, onclick: () => choose(of),
            }, of ? icon(kinds[of].icon) : null, t.span({ className: "txt" }, of ? collectionName(of) : say("customer.everything"))))),
        () => {
            if (data.failed) {
                return again(read);
            }
            if (!data.items) {
                return loading(6);
            }
            return data.items.length ? days(state, data.items.__raw)
                : empty(data.of ? "customer.nothingOfKind" : "customer.nothingYet", "ri-inbox-line");
        },
        () => data.before && data.items && !data.failed ? t.button({
            type: "button", className: () => `btn block secondary crm-load-more ${data.more ? "loading" : ""}`, disabled: () => data.more,
            onclick: more,
        }, t.span({ className: "txt" }, say("customer.loadMore"))) : null);
}

// A day in which nothing changed stays as it is, unfolded or not: so tells its lines' versions.
const version = (item) => key(item) + item.record.updated + (item.record.cleared_at ?? "");
const key = (item) => `${item.collection}/${item.record?.id}`;
const peopleOf = ({ record }) => [record.by, record.assignee, record.next_action_by, record.owner, ...(record.our_people ?? [])];

// days puts what happened under the days on which it did.
function days(state, items) {
    const list = [];
    for (const item of items) {
        const on = dayOf(item.at);
        if (list.at(-1)?.on != on) {
            list.push({ on, items: [] });
        }
        list.at(-1).items.push(item);
    }
    return list.map(({ on, items }) => t.section({ rid: on + items.map(version).join(), className: "crm-history-day" },
        t.h3(null, day(on)), t.ul(null, items.map((item) => line(state, item)))));
}

// line is one thing that happened: a click on its title opens the record itself.
function line(state, item) {
    const { record, collection } = item;
    const kind = kinds[collection];
    const { title, badges = [], text, details = [], who } = kind.tell(record, item, state);
    return t.li({ className: `crm-event of-${collection}`, "html-data-key": key(item) },
        t.span({ className: "crm-event-icon", title: collectionName(collection) },
            icon(kind.iconOf?.(record) ?? kind.icon), t.span({ className: "crm-sr" }, collectionName(collection))),
        t.div({ className: "crm-event-body" },
            t.div({ className: "crm-event-head" },
                t.button({ type: "button", className: "crm-link crm-line-title", onclick: () => open(collection, record) }, title),
                badges,
                t.span({ className: "crm-event-when txt-hint" }, () => [who?.(), time(item.at)].filter(Boolean).join(" · "))),
            text ? t.p({ className: "crm-event-text" }, text) : null,
            unfolded(details.filter(Boolean))));
}

const unfolded = (details) => details.length ? t.details({ className: "crm-event-details" },
    t.summary(null, say("customer.details")),
    t.dl(null, details.map(([name, value]) => t.div(null, t.dt(null, name), t.dd(null, value))))) : null;
