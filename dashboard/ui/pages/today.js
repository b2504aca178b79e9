// The day: what to do now, in the order of the server's answer, until nothing is left.

import { button, empty, failed, icon, loading, page, say, t } from "../elements.js";
import { itemElement } from "./today/item.js";
import { chooser, whoseOf } from "./today/whose.js";

const { crm } = window;
const most = 200; // items of a section in one answer
const pause = 800; // after the last of several changes

export const show = (route) => {
    const whose = whoseOf(route);
    const state = store({ version: 0, open: "", error: null }); // version grows with every answer: the answer itself is too large to watch
    let day = null; // the last answer: its sections, of which further pages were added
    let stops = [];
    let timer;
    let asked = 0;

    const sections = () => state.version ? day.sections : [];
    const items = () => sections().flatMap((section) => section.items);
    const total = () => sections().reduce((sum, section) => sum + section.count, 0);

    // read reads as much of the day as was on the page. An answer that a later question has overtaken is dropped.
    async function read() {
        clearTimeout(timer);
        if (!whose.query) {
            return;
        }
        const mine = ++asked;
        const limit = Math.min(most, Math.max(50, ...(day?.sections ?? []).map((section) => section.items.length)));
        try {
            const answer = await ask({ limit });
            if (mine != asked) {
                return;
            }
            const focus = focused();
            day = answer;
            state.error = null;
            state.version++;
            restore(focus);
        } catch (err) {
            if (mine != asked) {
                return;
            }
            if (day) {
                failed(err);
            } else {
                state.error = err;
            }
        }
    }

    const ask = (query) => app.pb.send("/api/crm/today", { query: { ...whose.query, ...query }, requestKey: null });

    async function readMore(section) {
        const answer = await ask({ after: section.more, limit: 50 });
        const next = answer.sections[0];
        section.items.push(...next.items);
        Object.assign(section, { more: next.more, count: next.count });
        state.version++;
    }

    // The focus stays where it is in the list when what had it is gone.
    const openers = () => [...document.querySelectorAll(".crm-today .crm-item-open")];
    const focused = () => {
        const item = document.activeElement?.closest?.(".crm-today .crm-item");
        return item && { key: item.dataset.key, place: openers().findIndex((opener) => item.contains(opener)) };
    };
    const restore = (focus) => focus && setTimeout(() => {
        if (!document.activeElement?.closest(".crm-item, .modal")) {
            const same = document.querySelector(`.crm-item[data-key="${focus.key}"] .crm-item-open`);
            (same ?? openers()[Math.min(focus.place, openers().length - 1)])?.focus({ preventScroll: true });
        }
    });

    // What others do to the tasks and customers of this day is read soon after.
    const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(read, pause);
    };
    const ofThisDay = (event, ...people) => {
        const { id } = event.record;
        return people.some((person) => person && whose.people.has(person)) || items().some((item) => item.task?.id == id || item.customer?.id == id);
    };
    const heardTask = (event) => (!event || ofThisDay(event, event.record.assignee || event.record.by)) && soon();
    const heardCustomer = (event) => event && ofThisDay(event, isDue(event.record) && event.record.owner) && soon();
    const listen = () => [
        crm.live("tasks", "", heardTask, { fields: "id,assignee,by" }),
        crm.live("customers", "", heardCustomer, { fields: "id,owner,next_follow_up_on" }),
    ];

    function onkeydown(event) {
        const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
        const inItem = event.target.closest?.(".crm-item");
        const isTyping = event.target.closest?.("input, textarea, select, [contenteditable], .dropdown");
        // The arrows scroll the page unless the focus is in the list.
        const isOther = event.ctrlKey || event.metaKey || event.altKey || app.modals.getTop() || event.key.startsWith("Arrow") && !inItem;
        if (!step || isTyping || isOther) {
            return;
        }
        event.preventDefault();
        const all = openers();
        const at = inItem ? all.findIndex((opener) => inItem.contains(opener)) : -1;
        all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
    }

    const context = { state, read, whose };
    const sectionOf = (name) => sections().find((section) => section.section == name) ?? { count: 0, items: [], more: "" };
    const sectionElement = ({ section: name }) => t.section({ className: `crm-day-section crm-day-${name}`, id: "crm_" + name, rid: name },
        t.header({ className: "crm-day-header" },
            t.h2(null, say("today." + name)), t.span({ className: "crm-count" }, () => String(sectionOf(name).count)),
            t.span({ className: "txt-hint txt-sm" }, say(`today.${name}.why`))),
        t.ol({ className: "crm-items" }, () => sectionOf(name).items.map((item) => itemElement(item, context))),
        () => sectionOf(name).more
            ? button({ words: "today.more", className: "sm transparent secondary crm-more", run: () => readMore(sectionOf(name)) }) : null);

    const jump = (section) => t.button({
        type: "button", className: `crm-choice ${section.count ? "" : "none"} crm-jump-${section.section}`, disabled: !section.count,
        onclick: () => document.getElementById("crm_" + section.section)?.scrollIntoView({ behavior: "smooth", block: "start" }),
    }, t.strong(null, String(section.count)), t.span(null, say("today." + section.section)));

    const content = () => {
        if (!whose.query) {
            return empty("today.superuser", "ri-user-search-line");
        }
        if (state.error) {
            return t.div({ className: "crm-today-failed" },
                t.div({ className: "alert danger" }, state.error.response?.message || say("failed.connection")),
                button({ words: "failed.again", run: read }));
        }
        if (!state.version) {
            return loading(6);
        }
        if (!total()) {
            return t.div({ className: "crm-day-done" }, icon("ri-cup-line"), t.h2(null, say("today.done")),
                t.p(null, whose.isOwn ? say("today.done.own") : say("today.done.other")));
        }
        return sections().filter((section) => section.count).map(sectionElement);
    };

    return page({
        name: "today", title: say("page.today"), actions: chooser(whose),
        onmount: () => {
            document.addEventListener("keydown", onkeydown);
            stops = listen();
            read();
        },
        onunmount: () => {
            document.removeEventListener("keydown", onkeydown);
            clearTimeout(timer);
            asked++; // whatever is still on its way comes too late
            stops.forEach((stop) => stop());
        },
    },
        t.div({ className: "crm-day-bar" },
            t.span({ className: "crm-day-date" }, () => longDay(state.version ? day.day : crm.today())),
            t.nav({ className: "crm-choices", ariaLabel: say("today.sections") }, () => sections().map(jump)),
            t.span({ className: "crm-keys txt-hint txt-sm", hidden: () => !total() }, say("today.keys"))),
        t.div({ className: "crm-day" }, content));
};

const isDue = (customer) => customer.next_follow_up_on && customer.next_follow_up_on.slice(0, 10) <= crm.today();

// longDay names a day with its weekday.
const longDay = (text) =>
    new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", month: "long", day: "numeric", weekday: "long" }).format(new Date(text + "T00:00:00Z"));
