// What is chosen from a list in the record form: colleagues, tags, industries, and the contacts of the form's customer. PocketBase opens a
// window to pick from for each of them; there are few, so here they are a list with a search. Customers and the like are still picked.

const { crm } = window;
const { say } = crm;

// listed are the collections of which there are few enough, each with what is offered of it and how one is told.
const listed = {
    users: { filter: "active = true", sort: "name", tell: (r) => r.name },
    teams: { filter: "", sort: "name", tell: (r) => r.name },
    industries: { filter: "", sort: "code", tell: (r) => `${r.code} ${crm.language == "en" ? r.name_en || r.name : r.name}` },
    tags: { filter: "automatic = false", sort: "name", tell: (r) => r.name },
    campaigns: { filter: "", sort: "-starts_on", tell: (r) => r.name },
    contacts: {
        filter: "customer = {:customer} && left_on = ''", sort: "-is_primary,name",
        tell: (r) => [r.name, r.title].filter(Boolean).join(" · ") + (r.is_primary ? " ★" : ""),
    },
};

// read gives the records that a field offers, and those it holds though it no longer would offer them.
async function read(collection, { filter, sort }, facts, held) {
    const service = app.pb.collection(collection);
    const offered = await service.getFullList({ filter: app.pb.filter(filter, facts), sort, requestKey: null });
    const missing = held.filter((id) => !offered.some((r) => r.id == id));
    if (!missing.length) {
        return offered;
    }
    const rest = await service.getFullList({ filter: missing.map((id) => app.pb.filter("id = {:id}", { id })).join(" || "), requestKey: null });
    return [...offered, ...rest];
}

crm.form.inputs.relation = (form, field) => {
    const target = app.store.collections.find((c) => c.id == field.collectionId)?.name;
    const list = listed[target];
    const ofCustomer = target == "contacts";
    if (!list || (ofCustomer && !form.fields.customer)) {
        return null;
    }
    return (props) => {
        const id = "crm_choice_" + app.utils.randomString();
        const data = store({ records: [] });
        const held = () => app.utils.toArray(props.record[field.name]);
        async function load() {
            const customer = ofCustomer ? form.record.customer : "";
            try {
                const records = ofCustomer && !customer ? [] : await read(target, list, { customer }, held());
                if (ofCustomer && customer != form.record.customer) {
                    return; // another was chosen meanwhile
                }
                data.records = records.filter((r) => r.id != form.original?.id);
            } catch (err) {
                err.isAbort || app.checkApiError(err);
            }
        }
        const write = (ids) => props.record[field.name] = field.maxSelect > 1 ? ids : ids[0] || "";
        return t.div({
            className: "record-field-input field-type-select",
            ...crm.form.follow([() => ofCustomer ? form.record.customer : "", (customer, before) => {
                if (ofCustomer && before && customer != before) {
                    write([]); // they are somebody else's
                }
                load();
            }]),
        }, t.div({ className: "field" },
            t.label({ htmlFor: id },
                t.i({ className: ofCustomer || target == "users" ? "ri-user-line" : app.fieldTypes.relation.icon, ariaHidden: true }),
                t.span({ className: "txt" }, crm.label(form.name, field.name))),
            () => crm.verbatim(() => app.components.select({
                id, name: field.name, max: field.maxSelect || 1, required: () => field.required,
                placeholder: () => say(ofCustomer && !form.record.customer ? "form.customerFirst" : "form.choose"),
                noItemsFoundText: () => say("form.none"),
                options: () => data.records.map((r) => ({ value: r.id, label: list.tell(r) })),
                value: () => data.records.length ? held() : [], // only once there is something to show
                onchange: (options) => write(options.map((option) => option.value)),
            }))),
        () => props.field.help ? t.div({ className: "field-help" }, props.field.help) : null);
    };
};

// PocketBase puts a button to take a choice back into the button of the select, where no key reaches it. It is left to the mouse; with the
// keyboard the choice is made once more in the list, which takes it back, too.
const build = window.t;
window.t = new Proxy({}, { get: (_, tag) => tag != "i" ? build[tag] : (props, ...children) => {
    const isUnset = typeof props?.className == "string" && props.className.includes("btn-option-unset");
    return build.i(isUnset ? { className: props.className, onclick: props.onclick, ariaHidden: "true" } : props, ...children);
} });

// A new follow-up, case or survey of a customer is with the primary contact until somebody says otherwise, and on the channel preferred.
// Both are as if they had been there when the form was opened: nobody is asked whether to discard them.
crm.form.started.push((form) => {
    if (!form.isNew || !form.fields.customer || !form.fields.contact) {
        return null;
    }
    const customerOf = () => form.isNew && form.record.customer;
    return t.span({ hidden: true, ...crm.form.follow([customerOf, (customer) => customer && prefill(form, customer)]) });
});

async function prefill(form, customer) {
    const begin = (name, value) => {
        if (value && form.isNew && form.record.customer == customer && form.fields[name] && crm.form.isEmpty(form.record[name])) {
            form.original[name] = value;
            form.record[name] = value;
        }
    };
    try {
        const contacts = await app.pb.collection("contacts").getFullList({
            filter: app.pb.filter("customer = {:customer} && left_on = ''", { customer }), sort: "-is_primary", requestKey: null,
        });
        const held = contacts.find((r) => r.id == form.record.contact);
        const primary = held ?? contacts.find((r) => r.is_primary);
        begin("contact", primary?.id);
        if (form.fields.channel) {
            const who = primary?.preferred_channel ? primary : await app.pb.collection("customers").getOne(customer, { requestKey: null });
            begin("channel", who.preferred_channel);
        }
    } catch (err) {
        console.warn("[touchbase] nothing to begin with", err);
    }
}
