// What arrives by itself: records that others write, over one connection that all pages share, and the notices behind the bell.

const { crm } = window;
const { say } = crm;
const own = (run) => crm.verbatim(run);
const icon = (name) => t.i({ className: name, ariaHidden: true });
const quietly = (promise) => promise?.catch((err) => console.warn("[touchbase]", err));

// ---------------------------------------------------------------------------------------------------------------- the connection

const listeners = new Set();
const connection = store({ lost: false });
const patience = 2000; // what is back by then, as after the server closed an idle connection, was not worth a word
const pause = 3000; // before the next attempt where there was no connection at all
let missed = false; // something may have happened unheard
let greeted = false; // the connection tells when it is there
let told, again, hiddenSince;

// live calls changed with {action, record} when a record of a collection that the filter finds, and the reader sees, was written, by
// whoever; with null when something may have happened unheard. Fields names what of the record is needed. It gives the way to stop.
crm.live = (collection, filter, changed, { fields } = {}) => {
    const listener = { collection, changed: crm.safely(changed), options: { query: { filter: filter || undefined, fields } } };
    listeners.add(listener);
    hear(listener);
    return () => {
        listeners.delete(listener);
        quietly(listeners.size ? listener.stop?.() : silence());
    };
};

// silence ends the connection.
function silence() {
    listeners.clear();
    clearTimeout(again);
    clearTimeout(told);
    [greeted, missed, connection.lost] = [false, false, false];
    return app.pb.realtime.unsubscribe();
}

async function hear(listener) {
    try {
        if (!greeted) {
            greeted = true;
            await app.pb.realtime.subscribe("PB_CONNECT", connected);
        }
        listener.stop = await app.pb.collection(listener.collection).subscribe("*", (event) => listener.changed(event), listener.options);
        if (!listeners.has(listener)) {
            quietly(listener.stop());
        }
    } catch (err) {
        console.warn("[touchbase] not connected", err);
        lose();
        clearTimeout(again);
        again = setTimeout(restart, pause);
    }
}

async function restart() {
    greeted = false;
    missed = true;
    await quietly(app.pb.realtime.unsubscribe());
    listeners.forEach(hear);
}

function lose() {
    missed = true;
    clearTimeout(told);
    told = setTimeout(() => connection.lost = listeners.size > 0, patience);
}

function connected() {
    clearTimeout(told);
    connection.lost = false;
    if (missed) {
        catchUp();
    }
}

function catchUp() {
    missed = false;
    for (const listener of [...listeners]) {
        listener.changed(null);
    }
}

app.pb.realtime.onDisconnect = (active) => {
    if (active.length && listeners.size) {
        lose();
    }
};
window.addEventListener("offline", () => listeners.size && lose());
window.addEventListener("online", () => listeners.size && restart());
// Browsers let pages sleep that nobody looks at.
document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
        hiddenSince = Date.now();
    } else if (Date.now() - hiddenSince > 60_000) {
        catchUp();
    }
});

// Whoever signs out hears nothing any more.
app.pb.authStore.onChange((_, record) => {
    if (!record?.id) {
        quietly(silence());
    }
});

document.body.append(own(() => t.div({ className: "crm-connection", "html-role": "status" }, () => connection.lost
    ? t.div({ className: "crm-connection-bar" }, icon("ri-wifi-off-line"), t.span(null, say("live.lost")))
    : null)));

// ---------------------------------------------------------------------------------------------------------------- the bell

const notices = store({ unread: 0, list: null, undelivered: [] });
const shownAtOnce = 20;
const collection = (name) => app.pb.collection(name);
const requestKey = null; // several at once must not cancel each other

async function count() {
    const answer = await collection("notifications").getList(1, 1, { filter: `read_at = ""`, fields: "id", requestKey });
    notices.unread = answer.totalItems;
}

async function load() {
    const since = new Date(Date.now() - 7 * 24 * 3600_000).toISOString().replace("T", " ");
    const [latest, undelivered] = await Promise.all([
        collection("notifications").getList(1, shownAtOnce, { sort: "-created", skipTotal: true, requestKey }),
        collection("deliveries").getList(1, 3, {
            filter: `status = "failed" && user = "${crm.me().id}" && created > "${since}"`, sort: "-created", skipTotal: true, requestKey,
        }),
        count(),
    ]);
    Object.assign(notices, { list: latest.items, undelivered: undelivered.items });
}

const failed = (err) => !err?.isAbort && err?.status !== 0 && app.checkApiError(err);

// noticeText is the title or the body of a notice. Where the server's own words name a day, it is told as everywhere; the words of people, such
// as the name of a task, or why it was put off, stay as they wrote them.
const withDays = {
    title: ["standing_in", "pin_ending", "holiday"],
    body: [
        "task_given", "task_due", "task_late", "task_escalated", "task_postponed", "response_due", "response_late",
        "contact_left", "win_back", "long_hold",
    ],
};
const isChinese = (text) => /\p{Script=Han}/u.test(text);
crm.noticeText = (notice, field) => !withDays[field]?.includes(notice.kind) ? notice[field] : notice[field].replace(/^\D*[\d-]{10}/,
    (begun) => isChinese(begun) == (crm.language == "zh-CN") ? crm.dated(begun) : begun); // no day of one language in a sentence of another

async function heard(event) {
    if (event?.action == "create") {
        notices.unread++;
        announce(event.record);
    }
    const isOpen = document.querySelector("#crm-notices")?.matches(":popover-open");
    try {
        await (isOpen ? load() : event?.action == "create" ? null : count());
    } catch (err) {
        console.warn("[touchbase]", err);
    }
}

function announce(notice) {
    app.toasts.info(own(() => t.div({ className: "crm-notice-toast" },
        t.button({ type: "button", className: "link-hint", onclick: () => { app.toasts.remove(notice.id); follow(notice); } },
            crm.noticeText(notice, "title")),
        t.div({ className: "txt-sm" }, crm.noticeText(notice, "body")))), { key: notice.id, duration: 8000 });
}

// follow marks a notice as read and leads to what it is about.
async function follow(notice) {
    document.querySelector("#crm-notices")?.hidePopover();
    if (notice.customer) {
        location.hash = `#/customer/${notice.customer}`;
    } else if (notice.task) {
        app.modals.openRecordUpsert(crm.collection("tasks"), notice.task);
    }
    await markRead(notice);
}

async function markRead(notice) {
    if (notice.read_at) {
        return;
    }
    const read_at = new Date().toISOString().replace("T", " ");
    try {
        await collection("notifications").update(notice.id, { read_at }, { requestKey });
        notice.read_at = read_at;
        await count();
    } catch (err) {
        failed(err);
    }
}

async function markAllRead() {
    try {
        await app.pb.send("/api/crm/notifications/read", { method: "POST", body: { until: notices.list?.[0]?.created }, requestKey });
        await load();
    } catch (err) {
        failed(err);
    }
}

const round = (words, iconName, run) => t.button(
    { type: "button", className: "btn sm circle transparent secondary", title: say(words), ariaLabel: say(words), onclick: run }, icon(iconName));

const noticeItem = (notice) => t.div({ className: () => `crm-notice ${notice.read_at ? "" : "unread"}`, rid: notice.id + notice.read_at },
    t.button({ type: "button", className: "crm-notice-open", onclick: () => follow(notice) },
        t.strong(null, crm.noticeText(notice, "title")),
        notice.body ? t.span({ className: "crm-notice-body" }, crm.noticeText(notice, "body")) : null,
        t.span({ className: "txt-hint txt-sm" }, crm.option("notifications", "kind", notice.kind), " · ", crm.moment(notice.created))),
    () => notice.read_at ? null : round("notice.read", "ri-check-line", () => markRead(notice)));

const undeliveredItem = ({ id, channel, created, error }) => t.p({ rid: id }, say("notice.undelivered", {
    channel: crm.option("deliveries", "channel", channel), at: crm.moment(created), why: crm.natively(() => crm.translate(error)),
}));

const panel = () => t.div({
    id: "crm-notices", className: "dropdown crm-notices", popover: "auto", "html-role": "dialog", ariaLabel: say("notice.title"),
    ontoggle: (event) => {
        if (event.newState == "open") {
            load().catch((err) => { notices.list ??= []; failed(err); });
        }
    },
},
    t.header({ className: "crm-notices-header" },
        t.h2(null, say("notice.title")),
        t.button({ type: "button", className: "btn sm transparent secondary crm-read-all", hidden: () => !notices.unread, onclick: markAllRead },
            say("notice.readAll")),
        round("notice.settings", "ri-settings-3-line", openPreferences)),
    () => notices.undelivered.length ? t.div({ className: "alert warning crm-undelivered" }, notices.undelivered.map(undeliveredItem)) : null,
    () => notices.list?.length ? notices.list.map(noticeItem)
        : notices.list ? t.p({ className: "crm-notices-none" }, say("notice.none"))
            : t.div({ className: "crm-loading" }, t.div({ className: "skeleton-loader" }), t.div({ className: "skeleton-loader" })));

document.addEventListener("mount:appHeader", crm.safely(({ detail: header }) => crm.isStaff() && own(() => {
    header.querySelector(".color-scheme-picker").before(
        t.button({
            type: "button", className: "header-link crm-bell", "html-popovertarget": "crm-notices", title: say("notice.title"),
            ariaLabel: () => notices.unread ? say("notice.unread", { n: notices.unread }) : say("notice.title"),
        }, icon("ri-notification-3-line"),
            t.span({ className: "crm-bell-count", hidden: () => !notices.unread }, () => notices.unread > 99 ? "99+" : String(notices.unread))),
        panel());
})));

document.addEventListener("mount:loggedUserDropdown", crm.safely(({ detail: menu }) => crm.isStaff() && own(() => {
    const open = () => {
        menu.hidePopover();
        openPreferences();
    };
    menu.prepend(t.button({ type: "button", className: "dropdown-item crm-menu-notices", onclick: open },
        icon("ri-notification-3-line"), t.span({ className: "txt" }, say("notice.settings"))));
})));

async function openPreferences() {
    document.querySelector("#crm-notices")?.hidePopover();
    try {
        const { edit } = await import(app.pb.buildURL("/_/extensions/crm/live/preferences.js"));
        await edit();
    } catch (err) {
        err?.response ? failed(err) : console.error("[touchbase]", err);
    }
}

// The bell hears as long as a colleague is signed in.
let hearer = "";
watch(() => crm.isStaff() ? app.store.superuser.id : "", (id) => {
    if (id != hearer) {
        Object.assign(notices, { unread: 0, list: null, undelivered: [] });
    }
    if (id && id != hearer) {
        quietly(count());
        crm.live("notifications", `user = "${id}"`, heard);
    }
    hearer = id;
});
