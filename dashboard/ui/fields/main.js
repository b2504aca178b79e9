// How fields are shown in lists and previews, and which columns a list shows at first.

const { crm } = window;

// Whatever a field shows is a record's, so it stays as it was written.
for (const type of Object.values(app.fieldTypes)) {
    const { view, input } = type;
    if (view) {
        type.view = (props) => crm.verbatim(() => view(props));
    }
    if (input) {
        type.input = (props) => crm.namingField(props.collection, props.field, () => input(props));
    }
}

// The columns a list shows until somebody chooses others; the rest are one click away.
const columns = {
    users: ["email", "name", "role", "team", "active"],
    customers: ["name", "owner", "tier", "silent", "next_follow_up_on", "open_tasks"],
    contacts: ["name", "customer", "title", "phone", "email", "is_primary"],
    orders: ["number", "customer", "ordered_at", "product", "kind", "amount", "due_on", "paid_on"],
    contracts: ["number", "customer", "starts_on", "ends_on", "amount", "status"],
    cases: ["customer", "subject", "kind", "severity", "assignee", "opened_at", "respond_by", "responded_at", "resolved_at"],
    surveys: ["customer", "contact", "sent_at", "answered_at", "nps", "satisfaction", "comment"],
    follow_ups: ["customer", "by", "started_at", "channel", "content", "feedback", "status", "next_action", "next_action_on"],
    tasks: ["customer", "title", "kind", "assignee", "due_at", "priority", "status", "result"],
};

function chooseColumns() {
    for (const collection of app.store.collections || []) {
        const key = app.consts.COLUMNS_STORAGE_PREFIX + collection.id;
        if (!columns[collection.name] || localStorage.getItem(key)) {
            continue;
        }
        const shown = {};
        for (const field of collection.fields) {
            shown[field.id] = columns[collection.name].includes(field.name);
        }
        app.utils.saveLocalHistory(key, shown);
    }
}

watch(() => {
    try {
        chooseColumns();
    } catch (err) {
        console.warn("failed to choose columns", err); // an error inside a watcher would freeze the dashboard
    }
});
