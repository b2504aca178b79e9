// The dashboard loads this file inside an async function: nothing here may wait, or the router starts without it.

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

// The record form sends every field it has read. Sent back unchanged but meanwhile worked out anew by a job, a field would look
// like an attempt to write it; so only what the person changed is sent, and the version it was changed on.
for (const type of Object.values(app.fieldTypes)) {
    const original = type.onrecordsave;
    type.onrecordsave = async (props) => {
        await original?.(props);
        const name = props.field.name;
        const isNew = !props.originalRecord?.id;
        const unchanged = JSON.stringify(props.record[name]) === JSON.stringify(props.originalRecord?.[name]);
        if (!isNew && unchanged && name != "rev") {
            delete props.payload[name];
        }
    };
}
