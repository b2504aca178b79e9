// The record form: what it sends, and how it is laid out.

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
