// What somebody wants to be told outside of the dashboard, and when not: the field notify of users, as inputs in the record form, where a superuser
// sees it as colleagues see their own (live/preferences.js).

const { crm } = window;
const { say } = crm;

// The wishes of a way are two questions: what cannot wait, and the digest of the day.
crm.wishes = {
    all: (stored) => ({ urls: [], quiet_from: "", quiet_to: "", ...stored, email: stored?.email || "none", messenger: stored?.messenger || "all" }),
    has: (wish, kind) => wish == "all" || wish == kind,
    made: (urgent, digest) => urgent && digest ? "all" : urgent ? "urgent" : digest ? "digest" : "none",
    lines: (text) => text.split("\n").map((line) => line.trim()).filter(Boolean),
};

function inputs(props) {
    const { all, has, made, lines } = crm.wishes;
    const now = () => all(props.record.notify);
    const write = (change) => props.record.notify = { ...now(), ...change };
    const labelled = (id, words, control) => t.div({ className: "field" }, t.label({ htmlFor: id }, say(words)), control);
    const check = (way, kind) => {
        const id = `crm_${way}_${kind}`;
        const onchange = ({ target }) => {
            const is = { urgent: has(now()[way], "urgent"), digest: has(now()[way], "digest"), [kind]: target.checked };
            write({ [way]: made(is.urgent, is.digest) });
        };
        return t.div({ className: "field" },
            t.input({ type: "checkbox", className: "switch", id, checked: () => has(now()[way], kind), onchange }),
            t.label({ htmlFor: id }, say("notice." + kind)));
    };
    const time = (name, words) => labelled("crm_" + name, words, t.input({
        type: "time", id: "crm_" + name, value: () => now()[name], onchange: ({ target }) => write({ [name]: target.value }),
    }));
    const group = (words, ...content) => t.fieldset({ className: "crm-fieldset" }, t.legend(null, say(words)), content);
    return t.div({ className: "record-field-input crm-wishes" },
        group("notice.email", check("email", "urgent"), check("email", "digest")),
        group("notice.messenger", check("messenger", "urgent"), check("messenger", "digest"),
            labelled("crm_urls", "notice.urls", t.textarea({
                id: "crm_urls", name: "notify", rows: 2, spellcheck: false, autocomplete: "off", value: () => now().urls.join("\n"),
                onchange: ({ target }) => write({ urls: lines(target.value) }),
            }))),
        group("notice.quiet", t.div({ className: "crm-columns" }, time("quiet_from", "notice.from"), time("quiet_to", "notice.to"))));
}

const isWishes = (form, field) => form.name == "users" && field.name == "notify";
crm.form.inputs.json = (form, field) => isWishes(form, field) ? (props) => crm.verbatim(() => inputs(props)) : null;
