// Everything on screen in the reader's language. The pages of Touchbase ask for their words by name (crm.say); what PocketBase writes
// itself is translated on its way to the screen, by a dictionary. What people wrote is neither: it is shown inside `verbatim`.

const { own, native, labels } = window.crmStrings;
delete window.crmStrings;
for (const [name, label] of Object.entries(labels.names)) {
    own["collection." + name] = [label["zh-CN"], label.en];
}
const stored = "crmLanguage";
const languages = { "zh-CN": 0, en: 1 };
const crm = window.crm;

crm.language = localStorage.getItem(stored);
if (!(crm.language in languages)) {
    crm.language = (navigator.languages ?? [navigator.language]).find((tag) => /^(zh|en)\b/i.test(tag))?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
document.documentElement.lang = crm.language;
const isChinese = crm.language == "zh-CN";

// setLanguage keeps the choice and starts the dashboard anew in it; what is drawn once cannot be told again.
crm.setLanguage = (language) => {
    localStorage.setItem(stored, language);
    location.reload();
};

// say gives the words of a name with its facts in them: "{n} customers". In English a name may have a form of its own for one, "name.one".
crm.say = (name, facts = {}) => {
    const pair = (facts.n === 1 && own[name + ".one"]) || own[name];
    if (!pair) {
        console.error("[touchbase] no words for", name);
        return name;
    }
    return pair[languages[crm.language]].replace(/\{(\w+)\}/g, (all, fact) => facts[fact] ?? all);
};

// What stands between the items of a list, the parts of a sentence, and before what is explained.
[crm.comma, crm.semicolon, crm.colon] = isChinese ? ["、", "；", "："] : [", ", "; ", ": "];

// label names a field, option a value of a select, collectionName a collection, one of them.
crm.label = (collection, field) => (labels.collections[collection]?.[field] ?? labels.collections.users[field])?.[crm.language] ?? field;
crm.option = (collection, field, value) => {
    // The rule that a task is of is no select, but has the name of a kind.
    const select = collection == "tasks" && field == "rule" ? "task_kind" : labels.collections[collection]?.[field]?.select;
    return labels.selects[select]?.[value]?.[crm.language] ?? value;
};
crm.select = (name, value) => labels.selects[name]?.[value]?.[crm.language] ?? value;
crm.collectionName = (name) => labels.names[name]?.[crm.language] ?? name;

// Moments and days are told in the time zone of the policy, which is read after sign-in.
crm.zone = localStorage.getItem("crmZone") || "Asia/Shanghai";
crm.currency = localStorage.getItem("crmCurrency") || "CNY";
const format = (options) => {
    const made = {};
    return (date) => (made[crm.zone] ??= new Intl.DateTimeFormat(crm.language, { timeZone: crm.zone, ...options })).format(date);
};
const asDate = (value) => value instanceof Date ? value : new Date(String(value).replace(" ", "T"));
const dayKey = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC" });

// today is the day of the policy's time zone, dayOf that of a moment: "2026-08-03".
crm.dayOf = (value) => new Intl.DateTimeFormat("sv-SE", { timeZone: crm.zone }).format(asDate(value));
crm.today = () => crm.dayOf(new Date());

// day tells a stored day ("2026-08-03 00:00:00.000Z"), without the year if it is the present one; moment a moment, time its hour.
crm.day = (value) => {
    if (!value) {
        return "";
    }
    const date = new Date(String(value).slice(0, 10) + "T00:00:00Z");
    const year = dayKey.format(date).slice(0, 4) == crm.today().slice(0, 4) ? undefined : "numeric";
    return new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", year, month: isChinese ? "long" : "short", day: "numeric" }).format(date);
};
// dated tells a sentence that the server made, its days as the page tells all others. Only for its own: what people wrote stays as it is.
crm.dated = (sentence) => (sentence ?? "").replace(/(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])/g, crm.day);
const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
crm.time = (value) => value ? clock(asDate(value)) : "";
crm.moment = (value) => value ? crm.day(crm.dayOf(value)) + " " + crm.time(value) : "";

// number writes a figure, money an amount of the policy's currency: in Chinese in 万 and 亿 from there on.
crm.number = (value, digits = 2) => new Intl.NumberFormat(crm.language, { maximumFractionDigits: digits }).format(value);
crm.money = (value, digits = 2) => {
    const symbol = new Intl.NumberFormat(crm.language, { style: "currency", currency: crm.currency, currencyDisplay: "narrowSymbol" })
        .formatToParts(0).find((part) => part.type == "currency")?.value ?? "";
    const size = Math.abs(value);
    const sign = value < 0 ? "-" : "";
    if (isChinese && size >= 1e8) {
        return sign + symbol + crm.number(size / 1e8, digits) + "亿";
    }
    if (isChinese && size >= 1e4) {
        return sign + symbol + crm.number(size / 1e4, digits) + "万";
    }
    return sign + symbol + crm.number(size, digits);
};

// ---------------------------------------------------------------------------------------------------------------------------------

// Whatever is built while `quiet` is true is shown as it is; while it is a list of words, only these are translated. A function that is
// built so runs so later.
let quiet = false;

// naming is the field whose input is being built: its name and values are told by their labels; or else it holds what words mean here,
// or the collection whose fields are drawn.
let naming = null;

const within = (state, run) => function (...args) {
    const before = [quiet, naming];
    [quiet, naming] = state;
    try {
        return run.apply(this, args);
    } finally {
        [quiet, naming] = before;
    }
};

// verbatim runs something that shows what people wrote; natively the contrary, inside it; sparingly what shows both, with its own words.
crm.verbatim = (run) => within([true, null], run)();
crm.natively = (run) => within([false, null], run)();
crm.sparingly = (words, run) => within([words, null], run)();
crm.namingField = (collection, field, run) => within([false, { collection, field }], run)();
const meaning = (words, run) => within([false, { words }], run)();

// PocketBase's words have their Chinese in native.json, and another English where theirs names something by its identifier.
const spokenAs = Object.fromEntries(Object.entries(native).map(([english, said]) => [english, [said].flat()[languages[crm.language]] ?? english]));
const sentences = Object.entries(spokenAs).filter(([english]) => english.includes("{")).map(([english, said]) => {
    const names = [];
    const pattern = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name) => (names.push(name), "(.*?)"));
    return [new RegExp(`^${pattern}$`, "s"), names, said];
});
// The parts of a sentence that are words of PocketBase or names of collections; the others were written by people.
const parts = { collection: (text) => crm.collectionName(text), words: (text) => translate(text) };

// translate gives PocketBase's words in the reader's language; unknown ones as they are.
function translate(text) {
    if (typeof text != "string" || !text || quiet === true || quiet && !quiet.includes(text.trim())) {
        return text;
    }
    if (naming?.words && Object.hasOwn(naming.words, text)) {
        return translate(naming.words[text]);
    }
    if (naming?.field && text == naming.field.name) {
        return crm.label(naming.collection.name, text);
    }
    if (naming?.field?.values?.includes(text)) {
        return crm.option(naming.collection.name, naming.field.name, text);
    }
    if (Object.hasOwn(labels.names, text)) {
        return crm.collectionName(text);
    }
    const trimmed = text.trim();
    const plain = trimmed.replace(/\s+/g, " "); // long ones are written over several lines
    if (Object.hasOwn(spokenAs, plain)) {
        return text.replace(trimmed, () => spokenAs[plain]).replace(/^\s+(?=[，。、：；（）])|(?<=[，。、：；（）])\s+$/g, "");
    }
    for (const [pattern, names, said] of sentences) {
        const found = pattern.exec(text);
        if (found) {
            return said.replace(/\{(\w+)\}/g, (all, name) => {
                const part = found[names.indexOf(name) + 1];
                return parts[name]?.(part) ?? part ?? all;
            });
        }
    }
    return text;
}
crm.translate = translate;

// told gives what the program has stored in English, such as how a run failed, in the reader's language.
crm.told = (text) => crm.natively(() => translate(text));

// The places where PocketBase writes the names of a list's fields: the heads of its columns, the switches for them, the marks of its cells
// on a phone.
const headings = ["textContent", "html-data-name"];
const spoken = ["textContent", "title", "placeholder", "ariaLabel", "ariaDescription", "alt", "html-data-name", "html-data-placeholder", "html-placeholder"];

function heading(text, anywhere) {
    const known = (collection) => collection?.fields?.some((field) => field.name == text);
    const collection = [window.app.store?.activeCollection, ...anywhere ? app.store.collections : []].find(known);
    return collection ? crm.label(collection.name, text) : translate(text);
}

const translated = (value) => Array.isArray(value) ? value.map(translated) : translate(value);
const elementOf = window.t;
window.t = new Proxy({}, {
    get: (_, tag) => (props, ...children) => {
        const state = [quiet, naming];
        if (quiet === true) {
            const kept = props && Object.defineProperties({}, Object.getOwnPropertyDescriptors(props));
            for (const key in kept) {
                if (typeof kept[key] == "function" && !key.startsWith("on")) {
                    kept[key] = within(state, kept[key]);
                }
            }
            return elementOf[tag](kept, ...children.map((child) => typeof child == "function" ? within(state, child) : child));
        }
        const said = props && Object.defineProperties({}, Object.getOwnPropertyDescriptors(props));
        for (const key of spoken) {
            const value = said?.[key];
            if (typeof value == "string") {
                said[key] = headings.includes(key) ? heading(value) : translate(value);
            } else if (typeof value == "function") {
                said[key] = within(state, (...args) => translate(value(...args)));
            }
        }
        if (said?.className == "editor-content") { // a box to type in that PocketBase gives no name
            said.ariaLabel = said["html-data-placeholder"];
        }
        if (typeof said?.["html-data-collection-name"] == "function") { // one of the drawing
            state[1] = { drawn: said["html-data-collection-name"]() };
        }
        // Code is no words, nor is the name of a parameter in the description of the API.
        const isCode = tag == "code" || tag == "td" && said?.className == "min-width";
        return elementOf[tag](said, ...children.map((child) => {
            if (typeof child == "function" && naming?.drawn && said?.className == "field-name") {
                return () => crm.label(state[1].drawn, child());
            }
            if (typeof child == "function") {
                return within(state, (el) => translated(child(el)));
            }
            if (isCode) {
                return child;
            }
            return (tag == "label" || tag == "th") && typeof child == "string" && !naming && !quiet ? heading(child, tag == "th") : translated(child);
        }));
    },
});

// What is not built from elements: tooltips, which keep a text of their own, toasts, questions and the title of the window.
const tooltip = app.attrs.tooltip;
app.attrs.tooltip = (text, ...rest) => {
    const state = [quiet, naming];
    return tooltip(typeof text == "function" ? within(state, () => translate(text())) : translate(text), ...rest);
};
for (const kind of ["info", "success", "error"]) {
    const show = app.toasts[kind];
    app.toasts[kind] = (content, options) => {
        const said = translate(content);
        return crm.sparingly(said == "Clear" ? [] : ["Clear"], () => show(said, options)); // its button to close it is PocketBase's
    };
}
const confirm = app.modals.confirm;
app.modals.confirm = (content, yes, no, settings = {}) => {
    const said = typeof content == "string" ? translate(content) : content;
    // As an element: of a function PocketBase would go on asking what was asked first.
    const asked = typeof said == "string" ? crm.verbatim(() => window.t.h6({ className: "block txt-center" }, said)) : said;
    return confirm(asked, yes, no, { ...settings, yesButton: translate(settings.yesButton ?? "Yes"), noButton: translate(settings.noButton ?? "No") });
};

// The title of the window is PocketBase's own only on its own pages.
watch(() => {
    const titles = [app.store.title].flat().map((title) => /^#\/(customer|today|cases|plans|policy|jobs|audit)/.test(location.hash) ? title : translate(title));
    document.title = [...titles, app.store.settings?.meta?.appName].filter(Boolean).join(" - ");
});

// What people wrote reaches the screen through these.
for (const name of ["recordSummary", "recordFileThumb", "uploadedFileThumb"]) {
    const show = app.components[name];
    app.components[name] = (...args) => crm.verbatim(() => show(...args));
}

// In the description of the API "View" is something to do; elsewhere it is a kind of collection.
const preview = app.modals.openApiPreview;
app.modals.openApiPreview = (...args) => meaning({ View: "View record" }, () => preview(...args));

const searches = app.components.searchHistoryButton;
app.components.searchHistoryButton = (...args) => crm.sparingly(["Search history", "Your recent searches will show up here.", "Clear"], () => searches(...args));

const select = app.components.select;
app.components.select = (...args) => quiet === true ? crm.sparingly(["Search...", "No items found", "- Select -", "Clear", "Unset"], () => select(...args)) : select(...args);

// stored gives the words for what the program has put into a field of text: how something failed, in English, and names of collections.
const recorded = (name) => !name.startsWith("_") ? crm.collectionName(name) : crm.say(name == "_superusers" ? "audit.superusers" : "audit.otherCollection");
const ours = {
    "job_runs.error": crm.told, "deliveries.error": crm.told, "audit_log.note": crm.told,
    "audit_log.collection": recorded, "audit_log.actor_collection": recorded,
};
crm.stored = (collection, field, value) => (ours[`${collection}.${field}`] ?? ((text) => crm.option(collection, field, text)))(value);

// The server answers in the language the dashboard is read in.
const beforeSend = app.pb.beforeSend;
app.pb.beforeSend = (url, options) => {
    const sent = beforeSend?.(url, options) ?? { url, options };
    sent.options = { ...sent.options, headers: { ...sent.options?.headers, "Accept-Language": crm.language } };
    return sent;
};
