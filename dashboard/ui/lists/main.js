// PocketBase's lists: which columns they show and in what order, views one click away, what a search looks in, and where a row leads.

const { crm } = window;
const { say } = crm;

// ------------------------------------------------------------------------------------------------------------- columns

// The columns a list shows until somebody chooses others, the most telling first; the rest come after them and are one click away.
const columns = {
    users: ["name", "email", "role", "team", "department", "active"],
    customers: ["name", "tier", "risk", "silent", "owner", "next_follow_up_on", "last_follow_up_at", "open_tasks"],
    contacts: ["name", "customer", "title", "phone", "preferred_channel", "is_primary", "is_decision_maker"],
    follow_ups: ["customer", "started_at", "by", "channel", "content", "feedback", "status", "next_action", "next_action_on"],
    tasks: ["title", "customer", "kind", "due_at", "status", "priority", "assignee"],
    cases: ["subject", "customer", "kind", "severity", "respond_by", "responded_at", "resolved_at", "assignee"],
    orders: ["number", "customer", "ordered_at", "product", "kind", "amount", "due_on", "paid_on"],
    contracts: ["number", "customer", "amount", "starts_on", "ends_on", "status"],
    surveys: ["customer", "contact", "sent_at", "answered_at", "nps", "satisfaction", "comment"],
    campaigns: ["name", "channel", "starts_on", "ends_on"],
    campaign_members: ["customer", "campaign", "reached_at", "response"],
    playbooks: ["name", "tier", "segment", "rfm_group", "cause", "expected_effect", "materials"],
    materials: ["title", "kind", "tiers", "industries", "scene", "file"],
    tags: ["name", "group", "automatic"],
    teams: ["name", "region"],
    industries: ["code", "name", "aliases"],
    plans: ["name", "period", "team", "owner"],
    signals: ["customer", "signal", "severity", "raised_at", "cleared_at"],
    tier_changes: ["customer", "from", "to", "cause", "by", "at"],
    notifications: ["title", "body", "customer", "created", "read_at"],
    job_runs: ["job", "status", "started_at", "finished_at", "examined", "changed", "cause"],
    audit_log: ["at", "action", "collection", "note", "changes"],
};
if (crm.language == "en") {
    columns.industries = ["code", "name_en", "aliases"];
    columns.playbooks[0] = "name_en";
    columns.playbooks[5] = "expected_effect_en";
    columns.materials[0] = "title_en";
}

function chooseColumns() {
    for (const collection of app.store.collections || []) {
        const key = app.consts.COLUMNS_STORAGE_PREFIX + collection.id;
        if (columns[collection.name] && !localStorage.getItem(key)) {
            const shown = columns[collection.name];
            app.utils.saveLocalHistory(key, Object.fromEntries(collection.fields.map((field) => [field.id, shown.includes(field.name)])));
        }
    }
}
watch(chooseColumns);

// arranged is a collection with its fields in the order of the columns, for a list only: a form has an order of its own.
const arrangements = new WeakMap();
function arranged(collection) {
    const raw = collection?.__raw ?? collection;
    const order = columns[raw?.name];
    if (!order) {
        return collection;
    }
    if (!arrangements.has(raw)) {
        const place = (field) => (order.indexOf(field.name) + order.length + 1) % (order.length + 1);
        arrangements.set(raw, { ...raw, fields: raw.fields.map((field) => field.__raw ?? field).sort((a, b) => place(a) - place(b)) });
    }
    return arrangements.get(raw);
}

// ------------------------------------------------------------------------------------------------------------- views

// views are groups of filters of a collection: one of each group may hold. {me} is the reader and {today} the present day, so that a bookmark
// of last week shows what is due now, and a colleague's one's own. No filter looks at a restricted field, which staff cannot filter by.
const openTask = '(status = "open" || status = "in_progress" || status = "delayed")';
const views = {
    customers: {
        always: 'stage != "archived"',
        groups: [
            { mine: { filter: '(owner = "{me}" || collaborators ~ "{me}")', sort: "last_follow_up_at" } },
            {
                due: { filter: 'next_follow_up_on != "" && next_follow_up_on <= "{today} 23:59:59.999Z"', sort: "next_follow_up_on" },
                silent: { filter: "silent = true", sort: "next_follow_up_on" },
                risk: { filter: '(risk = "churn_risk" || risk = "warning")', sort: "risk" },
                incomplete: { filter: 'missing_info != "[]"', sort: "next_follow_up_on" },
                pool: { filter: 'owner = ""', sort: "next_follow_up_on", alone: true },
            },
        ],
    },
    tasks: {
        always: openTask,
        groups: [
            { mine: { filter: 'assignee = "{me}"', sort: "due_at" }, given: { filter: 'by = "{me}" && assignee != "{me}"', sort: "due_at" } },
            { overdue: { filter: "due_at < @now", sort: "due_at" } },
        ],
    },
    cases: {
        always: 'resolved_at = ""',
        groups: [{ open: { filter: "", sort: "respond_by" }, mine: { filter: 'assignee = "{me}"', sort: "respond_by" } }],
    },
    follow_ups: { groups: [{ mine: { filter: 'by = "{me}"', sort: "-started_at" } }] },
    notifications: { groups: [{ unread: { filter: 'read_at = ""', sort: "-created" } }] },
};

// choices are all ways of choosing one or none of each group: [["mine", "due"], …].
const choices = (groups) => groups
    .reduce((made, group) => made.flatMap((chosen) => ["", ...Object.keys(group)].map((name) => [...chosen, name])), [[]])
    .filter((chosen) => chosen.filter(Boolean).length < 2 || !chosen.some((name, i) => groups[i][name]?.alone));

// template is the filter of a choice, its blanks not yet filled in.
function template({ always, groups }, chosen) {
    const parts = chosen.map((name, i) => groups[i][name]?.filter);
    return chosen.some(Boolean) ? [...parts, always].filter(Boolean).join(" && ") : "";
}
const filled = (text) => text.replaceAll("{me}", crm.me()?.id ?? "").replaceAll("{today}", crm.today());
const sortOf = ({ groups }, chosen) => chosen.map((name, i) => groups[i][name]?.sort).filter(Boolean).at(-1) ?? "";

// ------------------------------------------------------------------------------------------------------------- what is searched

// The address of a list holds its filter: a view's, and in brackets that of what is searched for, whose words follow as a remark of the filter
// language: `silent = true && (name ?~ "苏州") // 苏州`.
const remark = " // ";
const joiner = "\u2060"; // has no width, and keeps slashes in the words from being taken for another remark
const isFilter = (text) => /[=~<>]/.test(text);
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const shapes = Object.values(views).flatMap((view) => choices(view.groups).filter((chosen) => chosen.some(Boolean)).map((chosen) => {
    const filter = escaped(template(view, chosen)).replaceAll("\\{me\\}", "\\w*").replaceAll("\\{today\\}", "[\\d-]*");
    return { view, chosen, shape: new RegExp(`^${filter}(?: && \\((.*)\\))?$`, "s") };
}));

// parsed takes a list's filter apart: the view it is, if it is one, its filter as of now, what is searched for in it and the words of that.
function parsed(text) {
    const whole = String(text ?? "").trim();
    if (!isFilter(whole)) {
        return { filter: "", search: "", term: whole };
    }
    const at = whole.lastIndexOf(remark);
    const [left, term] = at < 0 ? [whole, ""] : [whole.slice(0, at), whole.slice(at + remark.length).replaceAll(joiner, "")];
    for (const { view, chosen, shape } of shapes) {
        const found = shape.exec(left);
        if (found) {
            return { view, chosen, filter: filled(template(view, chosen)), search: found[1] ?? "", term };
        }
    }
    return term && /^\(.*\)$/s.test(left) ? { filter: "", search: left.slice(1, -1), term } : { filter: left, search: "", term };
}
const joined = (filter, search, term) => [filter, search && `(${search})`].filter(Boolean).join(" && ")
    + (search && term ? remark + term.replaceAll("//", `/${joiner}/`) : "");

// A search looks into what a record is known by. PocketBase would look into every field, which says little and takes long.
const searched = [
    "name", "name_en", "code", "credit_code", "region", "title", "title_en", "subject", "content", "purpose", "number", "product", "note",
];
const narrowed = (names) => names.some((name) => searched.includes(name)) ? names.filter((name) => searched.includes(name)) : names;

// containing is the filter of the records that have a text in one of their columns, as it was typed: nothing in it means anything to a filter.
crm.containing = (text, names) => {
    const pattern = text.replace(/[\\%_]/g, "\\$&"); // % and _ stand for other signs
    const quoted = `'${pattern.replace(/[\\']/g, "\\$&")}'`;
    return names.map((name) => `${name}?~${quoted}`).join("||");
};

app.utils.normalizeSearchFilter = (text, names = []) => {
    const { filter, search, term } = parsed(text);
    return filter || search ? joined(filter, search, "") : term && crm.containing(term, narrowed(names));
};

// searchFor gives the filter of words: what belongs to the customers of that name, else what has them in its own columns. What was said in
// conversations is looked through for half a year, for there are far more of them than of anything else.
async function searchFor(collection, term) {
    const names = collection.fields.filter((field) => !field.hidden).map((field) => field.name);
    if (names.includes("customer")) {
        const { items } = await app.pb.collection("customers").getList(1, 30, {
            filter: crm.containing(term, ["name", "code"]), fields: "id", skipTotal: true, requestKey: "crm_search",
        });
        if (items.length) {
            return items.map(({ id }) => `customer = "${id}"`).join(" || ");
        }
    }
    const own = crm.containing(term, narrowed(names));
    const since = crm.dayOf(new Date(Date.now() - 183 * 864e5));
    return collection.name == "follow_ups" ? `started_at >= "${since}" && (${own})` : own;
}

const valueOf = (prop) => typeof prop == "function" ? prop() : prop;
const nativeSearchbar = app.components.recordsSearchbar;
app.components.recordsSearchbar = (props) => {
    const collection = () => valueOf(props.collection);
    const present = () => parsed(valueOf(props.value));
    const value = () => {
        const { view, filter, search, term } = present();
        return view || search || crm.isStaff() ? term : filter || term; // whoever knows the filter language sees theirs
    };
    const onsubmit = async (words) => {
        const term = words.trim();
        const { view, filter } = present();
        if (!crm.isStaff() && isFilter(term)) { // what staff type are words, whatever signs are in them
            return props.onsubmit(term);
        }
        try {
            const kept = view || crm.isStaff() ? filter : "";
            props.onsubmit(term ? joined(kept, await searchFor(collection(), term), term) : kept);
        } catch (err) {
            if (!err.isAbort) {
                app.checkApiError(err);
            }
        }
    };
    if (!crm.isStaff()) {
        return nativeSearchbar({ ...props, value, onsubmit });
    }
    return t.div({ className: "full-width records-searchbar-wrapper", hidden: props.hidden }, app.components.searchbar({
        value, onsubmit, historyKey: () => "pbRecordsSearchHistory_" + collection()?.id,
        placeholder: () => say(["customers", "follow_ups"].includes(collection()?.name) ? "list.search." + collection().name : "list.search"),
    }));
};

// ------------------------------------------------------------------------------------------------------------- its address

// A list that is opened by its address asks which collection is shown before the store has worked that out anew. It then takes the difference
// for a choice of its reader's and drops the filter of the address, as does the list that is being left. So the store knows the
// collection before the list is built, and no other list is there any more.
const addressed = (hash) => hash.startsWith("#/collections?") ? new URLSearchParams(hash.split("?")[1]).get("collection") : "";
function activate(name) {
    app.store.activeCollection = name;
    return app.store.activeCollection; // asked for outside of any watcher, the store works it out now
}

window.addEventListener("hashchange", (event) => {
    const name = addressed(location.hash);
    const { activeCollection: active } = app.store;
    if (!name || name == active?.name || name == active?.id) {
        return;
    }
    if (document.querySelector("[data-pb=pageCollections]")) {
        event.stopImmediatePropagation(); // this listener is older than the router's
        app.store.page = t.div({ className: "page" });
        setTimeout(() => {
            activate(name);
            window.dispatchEvent(new HashChangeEvent("hashchange"));
        });
        return;
    }
    activate(name);
});
if (addressed(location.hash)) {
    activate(addressed(location.hash));
}

// ------------------------------------------------------------------------------------------------------------- the list

const nativeList = app.components.recordsList;
app.components.recordsList = (props) => {
    const collection = () => arranged(valueOf(props.collection));
    const list = nativeList({
        ...props, collection,
        onselect: (record) => {
            if (collection()?.name == "customers" && crm.isStaff()) {
                location.hash = "#/customer/" + record.id;
            } else {
                props.onselect?.(record);
            }
        },
    });
    return props.onSuggestResetChange ? [crm.verbatim(() => viewsBar(props, collection)), list] : list; // else it is part of another page
};

// viewsBar are the links to the views of a list. Those of one's own are for staff: a superuser owns nothing.
function viewsBar(props, collection) {
    const isOffered = ({ filter }) => crm.isStaff() || !filter.includes("{me}");
    const now = () => parsed(valueOf(props.filter));
    return t.nav({ className: "crm-views", ariaLabel: say("list.views"), hidden: () => !views[collection()?.name] && !now().filter }, () => {
        const name = collection()?.name;
        const { groups = [] } = views[name] ?? {};
        const { filter, search, term, view, chosen } = now();
        const none = groups.map(() => "");
        const present = view && view == views[name] ? chosen : none;
        const link = (words, next, isActive) => {
            const to = joined(next.some(Boolean) ? filled(template(views[name], next)) : "", search, term);
            const sort = next.some(Boolean) ? sortOf(views[name], next) : "";
            return t.a({
                href: "#/collections?" + new URLSearchParams({ collection: name, ...(to && { filter: to }), ...(sort && { sort }) }),
                className: `crm-choice ${isActive ? "active" : ""}`, ariaCurrent: isActive ? "true" : undefined,
                onclick: (event) => {
                    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
                        event.preventDefault();
                        props.onchange(to, sort);
                    }
                },
            }, words);
        };
        // Clicking a view keeps those of other groups, unless one of both stands alone; clicking it again leaves it.
        const linkTo = (i, one) => link(say(`list.${name}.${one}`), present.map((other, j) => j == i ? (other == one ? "" : one)
            : groups[i][one].alone || groups[j][other]?.alone ? "" : other), present[i] == one);
        const custom = filter && !view ? t.button({
            type: "button", className: "crm-choice active", ariaLabel: say("list.clear"),
            onclick: () => props.onchange(joined("", search, term), valueOf(props.sort)),
        }, say("list.custom"), t.i({ className: "ri-close-line", ariaHidden: true })) : null;
        return [...groups.map((group, i) => t.div({ className: "crm-choices" }, i ? null : link(say("list.all"), none, !filter),
            Object.keys(group).filter((one) => isOffered(group[one])).map((one) => linkTo(i, one)))), custom];
    });
}

// A row is opened in a tab of its own as a link is: with Ctrl or Cmd, or with the middle button.
function openApart(event) {
    const row = event.target.closest?.(".records-table tr.handle");
    const link = row?.querySelector("td.col-field-name-name a.crm-customer-link");
    if (link && !event.target.closest("a, button, .col-bulk-select") && (event.button == 1 || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        window.open(link.href, "_blank");
    }
}
document.addEventListener("click", openApart, true);
document.addEventListener("auxclick", openApart, true);

// The heads of columns sort by keyboard, too.
document.addEventListener("mount:recordsListTable", crm.safely(({ detail: { tHead: head } }) => {
    const reach = () => head.querySelectorAll("th:not(.col-bulk-select, .col-meta)").forEach((th) => { th.tabIndex = 0; });
    new MutationObserver(reach).observe(head, { childList: true, subtree: true });
    reach();
    head.addEventListener("keydown", (event) => {
        if (["Enter", " "].includes(event.key) && event.target.matches("th.sort-handle")) {
            event.preventDefault();
            event.target.click();
        }
    });
}));
