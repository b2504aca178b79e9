// The record form. It is PocketBase's own; here its fields are grouped and ordered (../layouts), those a person may not write become text,
// and a save sends what was changed and nothing else.
//
// PocketBase builds the form from the collection's description, so it is given one of our own: the fields in our order, with headings and
// notices among them, which are fields of two types that only this form knows.

const { crm } = window;
const { say } = crm;
const quietly = (build) => crm.verbatim(build);

const isOurs = (collection) => !!collection?.id && crm.collectionName(collection.name) != collection.name;
const isEmpty = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)
    || (typeof value == "object" && !(value instanceof Blob) && !Object.keys(value).length);
const clone = (value) => value === undefined ? undefined : JSON.parse(JSON.stringify(value));

// same tells whether two values of a field are one, however they are written.
function same(field, a, b) {
    if (field?.type == "date" && a && b) {
        return new Date(String(a).replace(" ", "T")).getTime() === new Date(String(b).replace(" ", "T")).getTime();
    }
    return (isEmpty(a) && isEmpty(b)) || JSON.stringify(a) === JSON.stringify(b);
}

// ------------------------------------------------------------------------------------------------------------------ a form

// newForm describes a form to be opened. Its record is there once PocketBase has built the first field.
function newForm(collection) {
    const described = clone(collection);
    const layout = crm.layout(described);
    const form = {
        name: collection.name, layout, props: null, modal: null,
        data: store({
            ready: false, rights: null, elsewhere: [],
            folded: Object.fromEntries(layout.groups.map((group) => [group.name, !!group.folded])),
        }),
        fields: Object.fromEntries(described.fields.map((field) => [field.name, field])),
        get record() { return form.props.record; },
        get original() { return form.props.originalRecord; },
        get isNew() { return !form.original?.id; },
    };
    form.collection = { ...described, fields: fieldsOf(form, described) };
    Object.defineProperty(form.collection, "crmForm", { value: form }); // not to be copied with it
    return form;
}

function fieldsOf(form, { fields, type }) {
    const list = fields.filter((field) => field.primaryKey || (type == "auth" && ["email", "password", "verified"].includes(field.name)));
    list.push({ id: "crm_notice", name: "@notice", type: "crmNotice" });
    for (const group of form.layout.groups) {
        list.push({ id: "crm_group_" + group.name, name: "@" + group.name, type: "crmGroup", group });
        for (const line of group.fields) {
            const field = form.fields[line.name];
            const asks = form.layout.required[line.name];
            const words = form.layout.help[line.name];
            form.fields[line.name] = Object.defineProperty({ ...field, group, wide: line.wide, help: words ? say(words) : field.help }, "required", {
                enumerable: true, get: () => asks ? asks(form.record, form.original || {}) : field.required,
            });
            list.push(form.fields[line.name]);
        }
    }
    return list;
}

// stateOf is how a field stands in the form: to "write", to "read", or not there: what the record does not carry its reader may not know.
function stateOf(form, field) {
    const { rights } = form.data;
    const applies = form.layout.cases[field.name];
    if (!rights || (applies && !applies(form.record, form.original || {}))) {
        return "none";
    }
    const value = form.record[field.name];
    if (form.isNew) {
        return rights.write.includes(field.name) ? "write" : "none";
    }
    if (value === undefined) {
        return "none";
    }
    if (rights.write.includes(field.name) && rights.change !== false) {
        return "write";
    }
    return isEmpty(value) || !field.group ? "none" : "read";
}

async function readRights(form, id) {
    try {
        const first = !form.data.rights;
        form.data.rights = await crm.rights(form.name, id);
        if (first && !id) {
            setTimeout(() => begin(form), 50); // once the fields are there
        }
        const { create, change, delete: remove } = form.data.rights;
        // What is only read is scrolled by keys, for nothing in it takes them.
        form.modal.querySelector(".modal-content").tabIndex = (id ? change : create) ? -1 : 0;
        Object.assign(form.modal.dataset, { crmNew: !id, crmSave: id ? change : create, crmDelete: remove, crmDuplicate: create });
    } catch (err) {
        if (err.status == 404) {
            return; // PocketBase says so, for it cannot read the record either
        }
        app.checkApiError(err);
    }
}
// follow keeps watchers for as long as an element is on the page.
const follow = (...watchers) => {
    let running = [];
    return {
        onmount: (el) => running = watchers.map(([value, then]) => watch(() => value(el), then && ((now, before) => then(now, before, el)))),
        onunmount: () => running.forEach((one) => one.unwatch()),
    };
};

crm.form = { stateOf, same, isEmpty, follow, started: [], inputs: {} };

// begin puts the cursor into the first empty field of a new record; not where a keyboard would cover half of the form.
function begin({ modal }) {
    if (!matchMedia("(pointer: coarse)").matches && app.modals.getTop() == modal && !modal.querySelector(":focus")) {
        [...modal.querySelectorAll(".crm-field :is(input, textarea)[name]")].find((input) => input.offsetParent && !input.value)?.focus();
    }
}

// -------------------------------------------------------------------------------------------------------------- its fields

// place shows a field as what it is to the person, in its place of the form.
function place(props, input) {
    const { field, collection: { crmForm: form } } = props;
    form.props ??= props;
    form.data.ready = true;
    if (field.primaryKey) {
        return t.div({ className: "crm-field", hidden: crm.isStaff(), onmount: (el) => el.parentElement.hidden = crm.isStaff() }, input(props));
    }
    const local = store({ get state() { return stateOf(form, field); } });
    return t.div({
        className: `crm-field ${field.wide ? "" : "crm-half"} ${field.maxSelect > 1 ? "" : "crm-single"}`, "html-data-field": field.name,
        ...follow(
            [(el) => el.parentElement.hidden = local.state == "none" || !!form.data.folded[field.group?.name]],
            [() => [form.record[field.name], local.state], () => settle(form, field)]),
    }, () => local.state == "write" ? input(props) : local.state == "read" ? reading(props) : null,
    crm.form.likelyMatches(form, field.name));
}

// settle takes back what an input wrote that is the same value in other words, so that nothing seems changed that is not.
function settle(form, field) {
    const [value, before] = [form.record[field.name], form.original?.[field.name]];
    if (JSON.stringify(value) === JSON.stringify(before) || !same(field, value, before)) {
        return;
    }
    if (before === undefined) {
        delete form.record[field.name];
    } else {
        form.record[field.name] = clone(before);
    }
}

// reading is a field as text, for whoever may not write it.
const reading = (props) => quietly(() => t.div({ className: "field crm-reading" },
    t.div({ className: "crm-reading-label" }, crm.label(props.collection.name, props.field.name)),
    t.div({ className: "crm-reading-value" }, () => told(props))));

// told is a field's value; a list that is kept as json is still a list of words, and no is an answer.
function told(props) {
    const value = props.record[props.field.name];
    if (props.field.type == "bool") {
        return say(value ? "form.yes" : "form.no");
    }
    const isList = props.field.type == "json" && Array.isArray(value) && value.every((item) => typeof item == "string");
    return isList ? value.join(crm.comma) : app.fieldTypes[props.field.type].view(props);
}

// inputOf is an input that another part has for a field, crm.form.inputs[type](form, field), if it has one.
const inputOf = ({ field, collection }) => crm.form.inputs[field.type]?.(collection.crmForm, field);

for (const type of Object.values(app.fieldTypes)) {
    const { input } = type;
    if (input) {
        type.input = (props) => props.collection?.crmForm ? place(props, inputOf(props) ?? input) : input(props);
    }
}

// heading is the name of a group, and the switch of one that folds.
function heading({ field: { group }, collection: { crmForm: form } }) {
    const local = store({ get shown() { return group.fields.some((line) => stateOf(form, form.fields[line.name]) != "none"); } });
    const isOpen = () => !form.data.folded[group.name];
    return quietly(() => t.div({ className: "crm-group", ...follow([(el) => el.parentElement.hidden = !local.shown || !group.name]) },
        !group.name ? null : !group.folded ? t.h2(null, say("form.group." + group.name)) : t.h2(null, t.button(
            { type: "button", ariaExpanded: () => String(isOpen()), onclick: () => form.data.folded[group.name] = isOpen() },
            t.span(null, say("form.group." + group.name)),
            t.i({ className: () => isOpen() ? "ri-arrow-up-s-line" : "ri-arrow-down-s-line", ariaHidden: true })))));
}

// notice holds what is to be said of the whole: that it is only to be read, and whatever other parts add (crm.form.started).
function notice({ collection: { crmForm: form } }) {
    const why = () => {
        const { rights } = form.data;
        if (!rights) {
            return t.div({ className: "crm-loading", ariaBusy: "true" }, [1, 2, 3, 4].map(() => t.div({ className: "skeleton-loader" })));
        }
        const words = form.isNew ? !rights.create && "form.noCreate" : !rights.change && reasonAgainst(form);
        const lock = () => t.i({ className: "ri-lock-line", ariaHidden: true });
        return !words ? null : t.div({ className: "alert info crm-why" }, lock(), t.span(null, say(words)));
    };
    return quietly(() => t.div({
        className: "crm-form-notices",
        ...follow([() => form.isNew ? "" : form.original.id, (id) => readRights(form, id)]),
    }, why, ...crm.form.started.map((part) => part(form)).filter(Boolean)));
}

function reasonAgainst({ name, original }) {
    if (name == "follow_ups") {
        return original.by == crm.me().id ? "form.onlyADay" : "form.noChange.follow_ups";
    }
    return ["customers", "contacts", "tasks", "orders", "contracts", "users"].includes(name) ? "form.noChange." + name : "form.noChange";
}

// Not enumerable: they are no types that a superuser could give a field of a collection.
for (const [type, input] of Object.entries({ crmGroup: heading, crmNotice: notice })) {
    Object.defineProperty(app.fieldTypes, type, { value: { icon: "", input, view: () => null } });
}

// -------------------------------------------------------------------------------------------------------------- its opening

const openForm = app.modals.openRecordUpsert;
app.modals.openRecordUpsert = function (collection, record, settings) {
    app.store.errors = null; // of whatever was open before
    if (!isOurs(collection)) {
        return openForm(collection, record ?? null, ...(settings ? [settings] : []));
    }
    const form = newForm(collection);
    const isNew = !(typeof record == "string" ? record : record?.id);
    openForm(form.collection, isNew ? { ...form.layout.begin(), ...record } : record, {
        ...settings,
        onsave: (saved, created) => {
            form.onsaved?.(saved, created);
            settings?.onsave?.(saved, created);
        },
    });
    form.modal = [...document.querySelectorAll(".record-upsert-modal")].at(-1);
    crm.safely(dress)(form);
};

// The collections whose words in strings.json are of several; these have a word for one, "form.one.…".
const singular = new Set(["customers", "contacts", "follow_ups", "tasks", "cases", "orders", "contracts", "surveys", "users", "plans", "campaigns",
    "playbooks", "materials", "tags"]);

// dress gives the form its title and takes away what its reader has no use for.
function dress(form) {
    const { modal, name } = form;
    modal.classList.add("crm-form");
    Object.assign(modal.dataset, { crmCollection: name, crmSave: "", crmDelete: false, crmDuplicate: false });
    quietly(() => modal.querySelector(".modal-title").replaceChildren(t.span({ className: "txt-ellipsis" }, () => {
        const one = singular.has(name) ? say("form.one." + name) : crm.collectionName(name);
        if (!form.data.ready || form.isNew) {
            return say("form.new", { one });
        }
        const { original } = form;
        const called = original.name || original.title || original.subject || original.number || "";
        return [t.span({ className: "crm-form-kind" }, one), " ", t.strong(null, called)];
    })));
}

// -------------------------------------------------------------------------------------------------------------- its saves

// What is sent back unchanged but was meanwhile worked out anew by a job would look like an attempt to write it, and what the person did
// not touch is not theirs to write: so a save holds what was changed, and the version it was changed on; of a new record what was
// filled in. What the form does not ask for in this case is not sent either.
function prune({ collection: { crmForm: form }, payload }) {
    for (const key of Object.keys(payload)) {
        const name = key.replace(/^\+|[+-]$/g, "");
        const field = form.fields[name];
        const unchanged = form.isNew ? isEmpty(payload[key]) : name in form.original && same(field, form.record[name], form.original[name]);
        const applies = form.layout.cases[name];
        if (["collectionId", "collectionName", "created", "updated", "rev"].includes(name) || (field?.type != "file" && unchanged)
            || (field?.type == "file" && unchangedFiles(form, field, payload)) || (applies && !applies(form.record, form.original || {}))) {
            delete payload[key];
        }
    }
    if (!form.isNew && form.original.rev !== undefined) {
        payload.rev = form.original.rev;
    }
}

const unchangedFiles = (form, field, payload) => {
    const list = app.utils.toArray(payload[field.name]);
    return list.every((file) => typeof file == "string") && JSON.stringify(list) === JSON.stringify(app.utils.toArray(form.original?.[field.name]));
};

for (const type of Object.values(app.fieldTypes)) {
    const { onrecordsave, onrecordduplicate } = type;
    type.onrecordsave = async (props) => {
        await onrecordsave?.(props);
        if (props.collection.crmForm && props.field === props.collection.fields.at(-1)) {
            prune(props);
        }
    };
    type.onrecordduplicate = async (props) => {
        await onrecordduplicate?.(props);
        const { crmForm: form, fields } = props.collection;
        if (form && props.field === fields.at(-1)) {
            const { write } = await crm.rights(form.name);
            for (const name of Object.keys(props.clone)) {
                if (name != "id" && name != "expand" && (!write.includes(name) || form.layout.unique.includes(name))) {
                    delete props.clone[name];
                }
            }
            Object.assign(props.clone, { ...form.layout.begin(), ...props.clone });
        }
    };
}

// PocketBase's words for what was done name the collection's and the record's identifiers.
const success = app.toasts.success;
app.toasts.success = (content, options) => {
    const done = /^Successfully (created|updated|deleted) /.exec(content)?.[1];
    return success(done ? say("form." + done) : content, options);
};

// A draft in the browser's storage would keep what its next user may not see, so staff have none.
const setItem = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
    if (!(String(key).startsWith("draft_") && crm.isStaff())) {
        setItem.call(this, key, value);
    }
};
