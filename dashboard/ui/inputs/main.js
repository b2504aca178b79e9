// How fields are written in the record form: days as days, moments in the policy's time zone, amounts as people say them.

const { crm } = window;
const { say } = crm;

// inputOf is an input of the record form: label, control, what stands beside it and the field's help text as it is.
function inputOf({ field }, { type = field.type, hint = null, control, beside = null, help = null }) {
    const id = `${type}_${app.utils.randomString()}`;
    const addon = beside ? t.div({ className: "field addon crm-beside" }, beside) : null;
    const main = t.div({ className: "field" },
        t.label({ htmlFor: id }, t.i({ className: app.fieldTypes[type].icon, ariaHidden: true }),
            t.span({ className: "txt" }, () => field.name, hint)),
        t.input({ id, name: () => field.name, required: () => field.required, ...control }));
    return t.div({ className: `record-field-input field-type-${type}` },
        addon ? t.div({ className: "fields" }, main, addon) : main,
        field.help || help ? crm.verbatim(() => t.div({ className: "field-help" }, field.help || help)) : null);
}

// ------------------------------------------------------------------------------------------------------------- days and moments

// wall is what clocks show in the policy's time zone at a moment, as an input has it; momentAt the contrary, as the server keeps it.
const wall = (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: crm.zone, dateStyle: "short", timeStyle: "medium" }).format(at).replace(" ", "T");
function momentAt(text) {
    const shown = Date.parse(text + "Z");
    let at = shown;
    for (let i = 0; i < 2; i++) { // the second time for moments beside a change of the clocks
        at = shown - (Date.parse(wall(at) + "Z") - at);
    }
    return new Date(at).toISOString().replace("T", " ");
}
const shownDay = (value) => String(value ?? "").slice(0, 10);
function shownMoment(value) {
    const at = new Date(String(value ?? "").replace(" ", "T"));
    return isNaN(at) ? "" : wall(at).slice(0, 16);
}

const zoneName = (zone) => new Intl.DateTimeFormat(crm.language, { timeZone: zone, timeZoneName: "long" })
    .formatToParts(new Date()).find((part) => part.type == "timeZoneName").value;
// The zone is named where the reader's own clock shows another hour.
const zoneHint = () => {
    const now = new Date();
    const here = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
    return wall(now) == here ? "" : ` (${zoneName(crm.zone)})`;
};

app.fieldTypes.date.input = (props) => {
    const { field } = props;
    const isDay = crm.isDay(field.name);
    const shown = isDay ? shownDay : shownMoment;
    // Back to what was there is no change, however it is written.
    const written = (text) => {
        const before = props.originalRecord?.[field.name];
        return shown(before) == text ? before ?? "" : !text || isDay ? text : momentAt(text);
    };
    return inputOf(props, {
        hint: isDay ? null : zoneHint,
        help: field.name == "birthday" ? say("field.birthday") : null,
        control: {
            type: isDay ? "date" : "datetime-local",
            max: isDay ? "9999-12-31" : "9999-12-31T23:59", // a year has four digits
            value: () => shown(props.record[field.name]),
            // While a date is typed the input is empty between its parts, so emptiness counts when it is left.
            onchange: (event) => {
                if (event.target.value) {
                    props.record[field.name] = written(event.target.value);
                }
            },
            onblur: (event) => {
                if (shown(props.record[field.name]) != event.target.value) {
                    props.record[field.name] = written(event.target.value);
                }
            },
        },
    });
};

// ------------------------------------------------------------------------------------------------------------- numbers

// sizeOf is what a text like 61万, 1.2亿 or 12,000 amounts to, to say so beside it; the server reads it for good.
function sizeOf(text) {
    const found = /^([+-]?)[¥￥]?(\d+(?:\.\d+)?)(万亿|[万萬亿億])?元?$/.exec(String(text ?? "").normalize("NFKC").replace(/[,\s]/g, ""));
    return found ? Number(found[1] + found[2]) * ({ 万: 1e4, 萬: 1e4, 亿: 1e8, 億: 1e8, 万亿: 1e12 }[found[3]] ?? 1) : NaN;
}

app.fieldTypes.number.input = (props) => {
    const { field } = props;
    const isMoney = crm.isMoney(field.name);
    // A number nobody knows is empty, not 0. What was typed stays a text until it is saved, so that a typed 0 differs from none.
    const shown = (record) => !record ? "" : typeof record[field.name] == "string" ? record[field.name]
        : crm.isKnown(record, field.name) ? String(record[field.name]) : "";
    return inputOf(props, {
        control: {
            type: "text", inputMode: isMoney ? "text" : "decimal", autocomplete: "off",
            value: () => shown(props.record),
            oninput: (event) => {
                const text = event.target.value.trim();
                props.record[field.name] = props.originalRecord?.id && text === shown(props.originalRecord) ? props.originalRecord[field.name] : text;
            },
        },
        beside: !isMoney ? null : () => {
            const size = sizeOf(shown(props.record));
            return isNaN(size) ? crm.money(0).replace(/[\d.]/g, "") : crm.money(size, 6);
        },
    });
};

// Names and values of a field are told by their labels.
for (const type of Object.values(app.fieldTypes)) {
    const { input } = type;
    if (input) {
        type.input = (props) => crm.namingField(props.collection, props.field, () => input(props));
    }
}
