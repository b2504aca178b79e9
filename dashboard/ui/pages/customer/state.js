import { button, loading, say, t } from "../../elements.js";

const { crm } = window;

// What is read of a customer, and how. The person's own part of it: what they may not know is not in the answers.
const readers = {
    customer: async (id) => (await app.pb.collection("customers").getList(1, 1, {
        filter: app.pb.filter("id = {:id}", { id }), expand: "owner,collaborators,industry,tags,team", skipTotal: true, requestKey: null,
        fields: "*,expand.owner.name,expand.collaborators.id,expand.collaborators.name,expand.team.name,expand.industry.name,expand.industry.name_en,"
            + "expand.tags.id,expand.tags.name",
    })).items[0],
    rights: (id) => crm.rights("customers", id),
    contactRights: (id) => app.pb.send("/api/crm/rights/contacts", { query: { customer: id }, requestKey: null }),
    assessment: (id) => ask(id, "assessment"),
    suggestion: (id) => ask(id, "suggestion"),
    spending: (id) => ask(id, "spending"),
    contacts: async (id) => (await list("contacts", id, { sort: "-is_primary,left_on,name" })).items,
    tasks: async (id) => (await list("tasks", id, {
        sort: "due_at,id", filter: app.pb.filter("customer = {:id} && (status = 'open' || status = 'in_progress' || status = 'delayed')", { id }),
    })).items,
    tiers: async () => (await app.pb.collection("tiers").getList(1, 10, { skipTotal: true, requestKey: null })).items,
};
const ask = (id, what) => app.pb.send(`/api/crm/customers/${id}/${what}`, { requestKey: null });
const list = (collection, id, options) => app.pb.collection(collection).getList(1, 200, {
    filter: app.pb.filter("customer = {:id}", { id }), skipTotal: true, requestKey: null, ...options,
});

// Which parts rest on the records of a collection; those of any other are of the history alone.
const judged = ["customer", "rights", "assessment", "suggestion", "tasks"];
const restingOn = {
    customers: [...judged, "contactRights", "contacts"], follow_ups: judged, tasks: judged, cases: judged, surveys: judged, contracts: judged,
    orders: [...judged, "spending"], contacts: [...judged, "contacts"],
};

// customerState holds what a page knows of a customer, and keeps it true while the page is open.
export function customerState(id) {
    const data = store({
        customer: null, rights: null, contactRights: null, assessment: null, suggestion: null, spending: null, contacts: null, tasks: null,
        tiers: null, lastFollowUp: null,
        known: false, ready: false, missing: false, failed: false, failures: {}, changes: 0,
    });
    const state = { id, data, names: people(), read, start, stop, refresh };
    let stopped = false;
    let waiting = null;
    const stops = [];
    const asked = {}; // how often each part was

    // read reads a part. An answer that a later question has overtaken is dropped, and so is one that comes when the page was left.
    async function read(name) {
        const mine = asked[name] = (asked[name] ?? 0) + 1;
        const isLate = () => stopped || mine != asked[name];
        try {
            const value = await readers[name](id);
            if (isLate()) {
                return;
            }
            data[name] = value ?? null;
            if (name == "customer") {
                data.missing = !value;
                data.failed = false;
                data.known = !!value;
                app.store.title = value?.name ?? say("page.customer");
            }
            if (data.failures[name]) {
                data.failures = { ...data.failures, [name]: false };
            }
        } catch (err) {
            if (!err?.isAbort && !isLate()) {
                data.failures = { ...data.failures, [name]: true };
                data.failed = name == "customer" && !data.customer;
            }
        }
    }

    async function start() {
        document.addEventListener("record:save", noticed);
        document.addEventListener("record:delete", noticed);
        await read("customer");
        if (data.missing || stopped) {
            return;
        }
        data.changes++; // the timeline reads itself
        await Promise.all(Object.keys(readers).filter((name) => name != "customer").map(read));
        data.ready = true;
        listen();
    }

    // What colleagues save is read again as oneself would: of the news only that there are any.
    function listen() {
        if (stopped || stops.length) {
            return;
        }
        for (const collection of ["customers", "follow_ups", "tasks", "contacts", "orders", "cases"]) {
            const filter = app.pb.filter(`${collection == "customers" ? "id" : "customer"} = {:id}`, { id });
            stops.push(crm.live(collection, filter, () => refresh(collection), { fields: "id" }));
        }
    }

    function stop() {
        stopped = true;
        clearTimeout(waiting);
        document.removeEventListener("record:save", noticed);
        document.removeEventListener("record:delete", noticed);
        stops.splice(0).forEach((unsubscribe) => unsubscribe());
    }

    // refresh reads again what rests on a collection: once for several changes that come together.
    const stale = new Set();
    function refresh(collection) {
        (restingOn[collection] ?? []).forEach((name) => stale.add(name));
        clearTimeout(waiting);
        waiting = setTimeout(async () => {
            const names = [...stale];
            stale.clear();
            if (names.includes("customer")) {
                await read("customer");
            }
            if (!data.missing) {
                data.changes++;
                await Promise.all(names.filter((name) => name != "customer").map(read));
            }
        }, 150);
    }

    // A record saved in this window: PocketBase tells of it, whoever listens to the server or not.
    const noticed = crm.safely(({ detail: record }) => {
        if (record?.customer == id || record?.id == id || !record?.collectionId) {
            refresh(record?.collectionName ?? "customers");
        }
    });

    return state;
}

// people are the names of colleagues, each asked for once.
function people() {
    const names = store({});
    const asked = new Set();

    // need reads the names of ids that nobody has asked for.
    async function need(ids) {
        const unknown = [...new Set(ids)].filter((id) => id && !asked.has(id));
        unknown.forEach((id) => asked.add(id));
        for (let i = 0; i < unknown.length; i += 50) {
            const some = unknown.slice(i, i + 50);
            try {
                const found = await app.pb.collection("users").getList(1, 50, {
                    filter: some.map((id) => app.pb.filter("id = {:id}", { id })).join(" || "), fields: "id,name", skipTotal: true, requestKey: null,
                });
                found.items.forEach((user) => names[user.id] = user.name);
            } catch (err) {
                some.forEach((id) => asked.delete(id)); // the next who needs them asks again
                console.warn("[touchbase] failed to read names", err);
            }
        }
    }
    return { need, of: (id) => names[id] ?? "" };
}

// part shows what was read once it is there: until then the place it will take, and where that failed, a way to try again.
export const part = (state, name, lines, view) => () => {
    if (state.data.failures[name]) {
        return again(() => state.read(name));
    }
    return state.data[name] === null ? loading(lines) : t.div({ className: "crm-part" }, view(state.data[name]));
};

// again says that something could not be read, with a way to try once more.
export const again = (read) => t.div({ className: "crm-part-failed" },
    t.p({ className: "txt-hint" }, say("customer.failed")), button({ words: "failed.again", className: "sm secondary", run: read }));

// open opens the record's own form, which only shows what its reader may not change.
export const open = (collection, { id }) => app.modals.openRecordUpsert(crm.collection(collection), id);
