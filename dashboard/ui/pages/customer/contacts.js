import { badge, button, card, collectionName, day, icon, label, option, say, t } from "../../elements.js";
import { askReveal } from "./reveal.js";
import { open, part } from "./state.js";

const { crm } = window;

// How each way to reach somebody looks, and what a click on it does.
const ways = [
    { name: "phone", iconName: "ri-phone-line", href: (value) => "tel:" + value },
    { name: "email", iconName: "ri-mail-line", href: (value) => "mailto:" + value },
    { name: "wechat", iconName: "ri-wechat-line" },
];

// contacts are the customer's people. What the reader may not know of how to reach them is masked, and shown for a reason.
export function contacts(state) {
    const revealed = store({}); // "id/field/rev": in this page alone, and gone with it
    return card({
        title: collectionName("contacts"), className: "crm-contacts",
        actions: [() => state.data.contactRights?.create && state.data.customer?.stage != "archived" ? button({
            words: "customer.addContact", iconName: "ri-user-add-line", className: "sm transparent secondary crm-act-contact", run: () => add(state),
        }) : null],
    }, part(state, "contacts", 3, (people) => people.length
        ? t.ul({ className: "crm-contact-list" }, people.map((person) => shown(person, revealed)))
        : t.p({ className: "txt-hint" }, say("customer.noContacts"))));
}

const add = ({ id, data }) => app.modals.openRecordUpsert(crm.collection("contacts"), {
    customer: id, expand: { customer: { collectionName: "customers", collectionId: crm.collection("customers")?.id, ...data.customer } },
}, {});

const shown = (person, revealed) => t.li({ className: `crm-contact ${person.left_on ? "left" : ""}`, "html-data-id": person.id },
    t.div({ className: "crm-contact-name" },
        t.button({ type: "button", className: "crm-link crm-line-title", onclick: () => open("contacts", person) }, person.name),
        person.title ? t.span({ className: "txt-hint" }, person.title) : null,
        person.is_primary ? badge(say("customer.primary"), "success") : null,
        person.is_decision_maker ? badge(say("customer.decides"), "info") : null,
        person.left_on ? badge(say("customer.left", { day: day(person.left_on) }), "warning") : null),
    t.div({ className: "crm-ways" }, ways.map((way) => reached(person, way, revealed))),
    t.div({ className: "crm-contact-more txt-hint" },
        prefers(person.preferred_channel),
        person.birthday ? t.span(null, icon("ri-cake-2-line"), birthday(person.birthday)) : null,
        person.note ? t.span(null, person.note) : null));

const prefers = (channel) => channel ? t.span(null, say("customer.prefers", { channel: option("contacts", "preferred_channel", channel) })) : null;

// The year of a birthday may be unknown; the day is what matters.
const birthdays = new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", month: "long", day: "numeric" });
const birthday = (value) => birthdays.format(new Date(value.slice(0, 10)));

// reached is one way to reach somebody: open to who may know it, masked to the others until they ask, or not known at all.
function reached(person, way, revealed) {
    const { name, iconName } = way;
    if (person[name]) {
        return value(way, person[name]);
    }
    const mask = person[name + "_masked"];
    if (!mask) {
        return t.span({ className: "crm-way unknown" }, icon(iconName), say("customer.unknown", { what: label("contacts", name) }));
    }
    const key = `${person.id}/${name}/${person.rev}`;
    return t.span({ className: "crm-way-masked" }, () => revealed[key] ? value(way, revealed[key]) : t.button({
        type: "button", className: "crm-way masked", "html-data-field": name, title: say("customer.reveal"),
        ariaLabel: `${label("contacts", name)} ${mask}: ${say("customer.reveal")}`,
        onclick: () => askReveal({
            collection: "contacts", id: person.id, field: name, title: `${person.name} · ${label("contacts", name)}`,
        }, (found) => revealed[key] = found),
    }, icon(iconName), t.span(null, mask), icon("ri-eye-line")));
}

function value({ name, iconName, href }, text) {
    const props = { className: "crm-way", "html-data-field": name, title: label("contacts", name) };
    const shown = [icon(iconName), t.span(null, text)];
    return href ? t.a({ ...props, href: href(text) }, shown) : t.span(props, shown);
}
