// How fields are shown: in words, days, moments and amounts of the reader's language, wherever PocketBase shows a record.

const { crm } = window;
const { say } = crm;

// What is told of a moment depends on the policy, which may arrive after a list was drawn: so whatever asked for it is drawn anew.
const policy = store({ zone: crm.zone, currency: crm.currency });
for (const name of ["zone", "currency"]) {
    Object.defineProperty(crm, name, { get: () => policy[name], set: (value) => { policy[name] = value; } });
}

// isDay tells whether a date field holds a day; the others hold a moment (domain.md section 1).
crm.isDay = (name) => name.endsWith("_on") || ["birthday", "cooperation_since", "silent_since", "tier_pin_until", "away_until"].includes(name);

const amounts = [
    "annual_revenue", "declared_annual_purchase", "annual_purchase", "amount", "cost", "value_high", "value_mid", "layer_potential",
];
crm.isMoney = (name) => amounts.includes(name);

// isKnown tells whether a number is one: PocketBase has no empty numbers, so some are unknown when they are 0.
crm.isKnown = (record, name) => {
    const value = record[name];
    if (value === undefined || value === null || value === "") {
        return false;
    }
    if (["annual_revenue", "declared_annual_purchase", "cost"].includes(name)) {
        return value !== 0;
    }
    return !["nps", "satisfaction"].includes(name) || value !== 0 || !!record.answered_at;
};

// birthday tells a birthday, whose year may be unknown: 1904 then.
crm.birthday = (value) => !String(value).startsWith("1904") ? crm.day(value)
    : new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", month: crm.language == "en" ? "short" : "long", day: "numeric" })
        .format(new Date(String(value).slice(0, 10) + "T00:00:00Z"));

const missing = () => t.span({ className: "missing-value" });
const words = (text, className = "") => t.span({ className: `txt ${className}`, title: text }, text);

// inList tells whether a field is shown in a list or a preview, and not in a form, which a link would leave.
const inList = (props) => crm.isStaff() && (!("meta" in props) || !!props.meta?.parents);

// shows sets how the fields of a type are shown: a function of the field and its value.
function shows(type, show) {
    app.fieldTypes[type].view = (props) => t.div({ className: `record-field-view field-type-${type}` },
        () => show(props, props.record[props.field.name]));
}

// ------------------------------------------------------------------------------------------------------------- days and numbers

shows("date", ({ field }, value) => {
    if (!value) {
        return missing();
    }
    const text = field.name == "birthday" ? crm.birthday(value) : crm.isDay(field.name) ? crm.day(value) : crm.moment(value);
    return t.time({ dateTime: value }, text);
});
shows("autodate", (_, value) => value ? t.time({ dateTime: value }, crm.moment(value)) : missing());

shows("number", ({ record, field }, value) => {
    if (!crm.isKnown(record, field.name)) {
        return missing();
    }
    return t.span({ className: value === 0 ? "txt-hint" : "" }, crm.isMoney(field.name) ? crm.money(value) : crm.number(value));
});

shows("bool", ({ field }, value) => {
    if (!value) {
        return null;
    }
    if (field.name == "silent") {
        return t.span({ className: "label crm-badge crm-silent" }, say("silent"));
    }
    return t.i({ className: "ri-check-line txt-success", role: "img", ariaLabel: say("field.yes") });
});

// ------------------------------------------------------------------------------------------------------------- values of selects

// tones colour the values that call for attention, and dim those that call for none. What is not here is a word like any other.
const tones = {
    "risk.stable": "quiet", "touch_mode.light": "warning", "touch_mode.recovering": "info", "touch_mode.normal": "quiet",
    "feedback.positive": "success", "feedback.negative": "danger", "feedback.no_response": "quiet",
    "mood.satisfied": "success", "mood.interested": "success", "mood.hesitant": "warning", "mood.dissatisfied": "danger",
    "status.to_follow_up": "info", "status.on_hold": "warning", "status.confirmed": "quiet",
    "status.open": "info", "status.in_progress": "info", "status.delayed": "danger", "status.cancelled": "quiet", "status.done": "quiet",
    "status.active": "success", "status.renewed": "success", "status.ended": "quiet", "status.running": "info", "status.failed": "danger",
    "status.stopped": "warning", "status.interrupted": "warning",
    "priority.high": "danger", "priority.normal": "quiet", "priority.low": "quiet",
    "severity.major": "danger", "severity.critical": "danger", "severity.warning": "warning", "severity.minor": "quiet",
    "kind.complaint": "warning", "stage.prospect": "info", "stage.archived": "quiet", "outlook.churn_risk": "danger",
    "segment.churn_risk": "danger", "response.declined": "quiet",
};
const tiers = ["tier", "tier_pin", "from", "to", "tiers"];

function valueBadge(collection, field, value) {
    if (tiers.includes(field) && /^[SABC]$/.test(value)) {
        return t.span({ className: `label crm-badge crm-tier tier-${value}`, title: say("tier", { tier: value }) }, value);
    }
    const text = crm.option(collection, field, value);
    if (field == "risk" && value != "stable") {
        return t.span({ className: `label crm-badge crm-risk risk-${value}` }, text);
    }
    const tone = tones[`${field}.${value}`];
    return !tone ? words(text) : tone == "quiet" ? words(text, "txt-hint") : t.span({ className: `label crm-badge ${tone}` }, text);
}

shows("select", ({ record, field, short }, value) => {
    const values = app.utils.toArray(value).filter(Boolean);
    const name = (option) => crm.option(record.collectionName, field.name, option);
    if (!values.length) {
        return missing();
    }
    if (values.length == 1 || tiers.includes(field.name)) {
        return values.map((option) => valueBadge(record.collectionName, field.name, option));
    }
    return words(values.map(name).join(crm.comma), short ? "txt-ellipsis" : "");
});

// ------------------------------------------------------------------------------------------------------------- texts

const { text: nativeText, email: nativeEmail } = Object.fromEntries(["text", "email"].map((type) => [type, app.fieldTypes[type].view]));

// customerName leads to the customer's page; the form is one more click away, behind the pencil of the row.
function customerName(record, withForm) {
    const stay = (event) => event.stopPropagation();
    return [
        t.a({ href: `#/customer/${record.id}`, className: "crm-customer-link", title: record.name, onclick: stay, onkeypress: stay }, record.name),
        !withForm ? null : t.button({
            type: "button", className: "btn sm circle transparent secondary crm-row-edit", ariaLabel: say("list.edit"), title: say("list.edit"),
            onkeypress: stay,
            onclick: (event) => {
                event.preventDefault();
                stay(event);
                app.modals.openRecordUpsert(crm.collection("customers"), record.id);
            },
        }, t.i({ className: "ri-pencil-line", ariaHidden: true })),
    ];
}

const masked = (record, name) => record[name] || record[name + "_masked"] || "";

app.fieldTypes.text.view = (props) => {
    const { field, short } = props;
    if (field.primaryKey) {
        return crm.sparingly(["Copy", "Copied", "(you)"], () => nativeText(props));
    }
    return t.div({ className: "record-field-view field-type-text" }, () => {
        const value = masked(props.record, field.name);
        if (!value) {
            return missing();
        }
        if (props.record.collectionName == "customers" && field.name == "name" && inList(props)) {
            return t.div({ className: "crm-customer-cell" }, customerName(props.record, !("meta" in props)));
        }
        const { collectionName } = props.record;
        const said = collectionName == "notifications" ? crm.noticeText(props.record, field.name) : crm.stored(collectionName, field.name, value);
        return short ? words(app.utils.truncate(said), "txt-ellipsis") : said;
    });
};
app.fieldTypes.email.view = (props) => props.record[props.field.name] || !masked(props.record, props.field.name) ? nativeEmail(props)
    : t.div({ className: "record-field-view field-type-text" }, () => words(masked(props.record, props.field.name)));

// ------------------------------------------------------------------------------------------------------------- lists and reasons

// A list of texts is told; of what else JSON may hold only how much there is of it, for reasons are told in words on the customer's page.
shows("json", ({ field, short }, value) => {
    if (app.utils.isEmpty(value)) {
        return missing();
    }
    if (field.name == "rfm") {
        return words([`R${value.r} F${value.f} M${value.m}`, crm.select("rfm_group", value.group)].filter((part) => part).join(" "));
    }
    const list = Array.isArray(value) ? value : typeof value == "object" ? Object.values(value) : [value];
    if (list.every((item) => ["string", "number"].includes(typeof item)) && Array.isArray(value)) {
        return words(list.join(crm.comma), short ? "txt-ellipsis" : "");
    }
    return words(say("field.entries", { n: list.length }), "txt-hint");
});

// ------------------------------------------------------------------------------------------------------------- relations

// recordName names a record as people do.
const inEnglish = (name) => (record) => (crm.language == "en" && record[name + "_en"]) || record[name];
const named = {
    industries: inEnglish("name"), playbooks: inEnglish("name"), materials: inEnglish("title"), cases: (r) => r.subject, tasks: (r) => r.title,
    orders: (r) => r.number || r.product, contracts: (r) => r.number || crm.day(r.starts_on), users: (r) => r.name || r.email,
    follow_ups: (r) => [crm.moment(r.started_at), r.purpose].filter(Boolean).join(" · "), notifications: (r) => r.title,
    imports: (r) => crm.moment(r.created), surveys: (r) => crm.moment(r.sent_at),
};
crm.recordName = (record) => (named[record.collectionName] ?? ((r) => r.name ?? r.title))(record) || "";

const nativeSummary = app.components.recordSummary;
app.components.recordSummary = (record, meta = null) => crm.isStaff() ? crm.verbatim(() => summary(record, meta)) : nativeSummary(record, meta);

const summary = (record, meta) => t.div({ className: "label record-summary" }, () => {
    if (record.collectionName == "customers" && meta?.parents && record.name) {
        return customerName(record, false);
    }
    return crm.recordName(record) ? words(crm.recordName(record)) : missing();
});

// A list brings along what its relations name. What was chosen in a form since, or what is named by a restricted relation, is looked up:
// all of a moment in one request a collection. Whatever the reader may not see stays a gap.
const known = store({});
let wanted = null;

function lookedUp(collectionId, id) {
    const key = collectionId + id;
    const found = known[key];
    if (found === undefined) {
        if (!wanted) {
            wanted = {};
            setTimeout(lookUp);
        }
        (wanted[collectionId] ??= new Set()).add(id);
    }
    return found;
}

async function lookUp() {
    const asked = wanted;
    wanted = null;
    for (const [collectionId, ids] of Object.entries(asked)) {
        try {
            const filter = [...ids].map((id) => app.pb.filter("id = {:id}", { id })).join(" || ");
            const list = await app.pb.collection(collectionId).getFullList({ filter, requestKey: null });
            for (const id of ids) {
                known[collectionId + id] = list.find((record) => record.id == id) ?? null;
            }
        } catch (err) {
            console.warn("[touchbase] failed to read what records are related to", err);
        }
    }
}

// several shows the first of several, and how many more there are.
function several(list, short, show, name) {
    const shown = short ? list.slice(0, 3) : list;
    const rest = list.slice(shown.length);
    return [...shown.map(show), rest.length ? t.span({ className: "txt-hint", title: rest.map(name).join(crm.comma) }, "+" + rest.length) : null];
}

const nativeRelation = app.fieldTypes.relation.view;
shows("relation", (props, value) => {
    if (!crm.isStaff()) {
        return nativeRelation(props);
    }
    const ids = app.utils.toArray(value);
    const expanded = app.utils.toArray(props.record.expand?.[props.field.name]);
    const records = ids.map((id) => expanded.find((record) => record?.id == id) ?? lookedUp(props.field.collectionId, id)).filter(Boolean);
    if (!records.length) {
        return missing();
    }
    const meta = inList(props) ? { parents: [props.record.id] } : null;
    return several(records, props.short, (record) => app.components.recordSummary(record, meta), crm.recordName);
});

// Whatever a field shows is a record's, so it stays as it was written.
for (const type of Object.values(app.fieldTypes)) {
    const { view } = type;
    if (view) {
        type.view = (props) => crm.verbatim(() => view(props));
    }
}
