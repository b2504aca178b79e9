// What stands in the way of a save: wrong fields, a colleague who saved first, a customer who is there already.

const { crm } = window;
const { say } = crm;
const { stateOf, follow } = crm.form;
const icon = (name) => t.i({ className: name, ariaHidden: true });

// present are the errors of the last save, all of them watched.
const present = () => JSON.stringify(app.store.errors) && app.store.errors;

// ------------------------------------------------------------------------------------------------------------ wrong fields

// PocketBase writes errors beside the inputs; here folded groups open, the first wrong input is shown, and what has no input is told above.
crm.form.started.push((form) => t.div({
    className: "alert danger crm-elsewhere", role: "alert", hidden: () => !form.data.elsewhere.length,
    ...follow([present, (errors) => app.modals.getTop() == form.modal && tell(form, errors)]),
}, icon("ri-error-warning-line"),
t.ul(null, () => form.data.elsewhere.map(({ label, message }) => t.li(null, t.strong(null, label), " ", message)))));

function tell(form, errors) {
    const wrong = Object.entries(errors || {}).filter(([, error]) => error?.message);
    const isWritten = (name) => form.fields[name] && stateOf(form, form.fields[name]) == "write";
    form.data.elsewhere = conflictIn(errors) ? [] : wrong.filter(([name]) => !isWritten(name))
        .map(([name, { message }]) => ({ label: labelOf(form, name), message }));
    for (const group of form.layout.groups) {
        if (group.fields.some((line) => wrong.some(([name]) => name == line.name))) {
            form.data.folded[group.name] = false;
        }
    }
    if (wrong.length) {
        setTimeout(crm.safely(() => showFirst(form)), 0); // once the inputs are marked
    }
}

// What has no label, such as the repeated password, is no word for people; the message says enough.
function labelOf(form, name) {
    const label = crm.label(form.name, name);
    return label == name ? "" : label;
}

function showFirst(form) {
    const first = form.modal.querySelector(".crm-field [data-error]") ?? form.modal.querySelector(".crm-form-notices .alert:not([hidden])");
    first?.scrollIntoView({ block: "center" });
    const input = first?.matches("input, textarea, select, button") ? first : first?.querySelector("input, textarea, button");
    input?.focus({ preventScroll: true });
}

// ---------------------------------------------------------------------------------------------------- a colleague who saved first

const conflictIn = (errors) => errors?.rev?.code == "conflict";

// A refused save tells what the record holds now. What the person had not touched becomes that; of what they had, both values are shown, and
// their own stays until they choose the other. The next save is made on the version it was compared with.
crm.form.started.push((form) => {
    const data = store({ lines: null });
    form.onsaved = () => data.lines = null;
    async function meet(errors) {
        const { original, record } = form;
        const lines = Object.entries(errors).filter(([name, error]) => error.code == "changed" && form.fields[name]).map(([name, { params }]) => {
            const same = (a, b) => crm.form.same(form.fields[name], a, b);
            const [theirs, mine, before] = [params.value, record[name], original[name]];
            const touched = !same(mine, before) && !same(mine, theirs);
            return { name, theirs, mine, touched, taken: !touched, isNews: !same(theirs, before) };
        });
        data.lines = lines.filter((line) => line.isNews);
        for (const { name, theirs, touched } of data.lines) {
            original[name] = copy(theirs);
            if (!touched) {
                record[name] = copy(theirs);
            }
        }
        original.rev = record.rev = errors.rev.params.rev;
        app.store.errors = null;
        setTimeout(() => form.modal.querySelector(".crm-conflict")?.scrollIntoView({ block: "nearest" }), 0);
    }
    const take = (line, taken) => {
        line.taken = taken;
        form.record[line.name] = copy(taken ? line.theirs : line.mine);
    };
    return t.section({
        className: "alert warning crm-conflict", role: "alert", hidden: () => !data.lines,
        ...follow([present, (errors) => conflictIn(errors) && app.modals.getTop() == form.modal && meet(copy(errors))]),
    }, t.h2(null, icon("ri-git-merge-line"), say("form.conflict.title")),
    t.p(null, () => say(data.lines?.some((line) => line.touched) ? "form.conflict.choose" : "form.conflict.look")),
    () => data.lines?.map((line) => t.div({ className: "crm-conflict-line", role: "group", ariaLabel: crm.label(form.name, line.name) },
        t.strong(null, crm.label(form.name, line.name)),
        side(form, line, true, take), line.touched ? side(form, line, false, take) : null)));
});

function side(form, line, isTheirs, take) {
    const isChosen = () => line.taken == isTheirs;
    return t.button({
        type: "button", className: () => `crm-conflict-side ${isChosen() ? "active" : ""}`, ariaPressed: () => String(isChosen()),
        disabled: !line.touched, onclick: () => take(line, isTheirs),
    }, t.span({ className: "crm-conflict-who" },
        t.i({ className: () => isChosen() ? "ri-radio-button-line" : "ri-circle-line", ariaHidden: true }),
        say(isTheirs ? "form.conflict.theirs" : "form.conflict.mine")), shown(form, line.name, isTheirs ? line.theirs : line.mine));
}

function shown(form, name, value) {
    const field = form.fields[name];
    if (crm.form.isEmpty(value)) {
        return t.span({ className: "txt-hint" }, say("form.conflict.empty"));
    }
    if (["url", "email"].includes(field.type)) {
        return t.span(null, value); // it is chosen here, not followed
    }
    const record = { collectionId: form.collection.id, collectionName: form.name, id: form.original.id, [name]: copy(value) };
    return app.fieldTypes[field.type].view({ record, field, collection: form.collection });
}

const copy = (value) => value === undefined ? undefined : JSON.parse(JSON.stringify(value));

// -------------------------------------------------------------------------------------------------- a customer who is there already

// What is looked for while it is typed, by collection; nothing of it stops anybody.
const sought = { customers: ["name", "credit_code"], contacts: ["phone", "email"] };
const pause = 400; // milliseconds after the last key

crm.form.started.push((form) => {
    const names = sought[form.name];
    if (!names) {
        return null;
    }
    const data = store({ matches: [] });
    form.likely = { after: names, data };
    let timer;
    async function look(wanted) {
        const key = "duplicates_" + form.collection.id;
        app.pb.cancelRequest(key); // what was typed before is of no more interest
        if (!Object.keys(wanted).length) {
            data.matches = [];
            return;
        }
        try {
            const { matches } = await app.pb.send("/api/crm/duplicates/check", { method: "POST", query: { typing: 1 }, body: wanted, requestKey: key });
            const own = form.name == "customers" ? form.original?.id : form.record.customer;
            data.matches = matches.filter((match) => !match.id || match.id != own);
        } catch (err) {
            if (!err.isAbort) {
                data.matches = []; // nobody is to be stopped by that
            }
        }
    }
    const wanted = () => Object.fromEntries(names.map((name) => [name, String(form.record[name] || "").trim()])
        .filter(([name, value]) => value.length > 1 && value != String(form.original?.[name] || "").trim() && isWhole(name, value)));
    const { onmount, onunmount } = follow([() => JSON.stringify(wanted()), (words) => {
        clearTimeout(timer);
        timer = setTimeout(crm.safely(() => look(JSON.parse(words))), pause);
    }]);
    return t.span({ hidden: true, onmount, onunmount: () => { clearTimeout(timer); onunmount(); } });
});

// isWhole tells what is worth a question: half a number matches nothing and cannot be read.
const isWhole = (name, value) => ({ phone: /\d{7}/, email: /.@.+\../, credit_code: /^.{18}$/ }[name] ?? /../).test(value.replace(/[\s-]/g, ""));

// likelyMatches is what was found, to stand under the field it was found by.
crm.form.likelyMatches = (form, name) => {
    if (form.likely?.after[0] != name) {
        return null;
    }
    const { data } = form.likely;
    return crm.verbatim(() => t.div({ className: "crm-likely", role: "status", hidden: () => !data.matches.length },
        t.p(null, icon("ri-lightbulb-line"), () => say("form.likely", { n: data.matches.length })),
        t.ul(null, () => data.matches.map((match) => t.li(null,
            match.id ? t.a({ href: "#/customer/" + match.id, target: "_blank" }, match.name) : t.strong(null, match.name),
            t.span({ className: "txt-hint" }, match.owner ? say("form.likely.owner", { name: match.owner }) : say("form.likely.pool")),
            match.why.map((why) => t.span({ className: "label" }, say("form.likely." + why))))))));
};
