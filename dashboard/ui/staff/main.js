// Who works here: the team's own sign-in, what each role finds in the header, and what of PocketBase's own pages is not for staff.

const crm = window.crm;
const { say } = crm;
const own = (run) => crm.verbatim(run);

// me is who is signed in; somebody without anything while a page is left by signing out.
crm.me = () => app.store.superuser ?? {};
crm.isStaff = (record = app.store.superuser) => !!record?.id && record.collectionName != "_superusers";
crm.role = () => crm.isStaff() ? app.store.superuser.role || "none" : app.store.superuser?.id ? "superuser" : "";
crm.collection = (name) => app.store.collections.find((collection) => collection.name == name);

// rights asks what the reader may do with a record, or with a new one of a collection.
crm.rights = (collection, id) => app.pb.send(`/api/crm/rights/${collection}${id ? "/" + id : ""}`, { requestKey: null });

// ---------------------------------------------------------------------------------------------------------------- the sign-in

app.store.mainLogo = app.pb.buildURL("/_/extensions/crm/logo.svg");
app.store.headerLogo = app.pb.buildURL("/_/extensions/crm/logo-white.svg");
app.store.favicon = app.pb.buildURL("/_/extensions/crm/logo.svg");

document.addEventListener("mount:pageSuperuserLogin", crm.safely(({ detail: page }) => {
    if (page.crmLogin) {
        return;
    }
    page.crmLogin = true;
    const data = store({ mode: "team", email: "", password: "", visible: false, busy: false, sent: "" });
    watch(() => {
        app.store.title = say(data.mode == "team" ? "signIn.team" : data.mode == "forgotten" ? "signIn.forgotten" : "signIn.superuser");
        page.dataset.crmLogin = data.mode;
    });

    async function signIn(event) {
        event.preventDefault();
        if (data.busy) {
            return;
        }
        data.busy = true;
        try {
            await app.pb.collection("users").authWithPassword(data.email, data.password);
            app.toasts.removeAll();
            location.hash = "#/";
        } catch (err) {
            err.status == 400 ? app.toasts.error(say("signIn.wrong")) : app.checkApiError(err);
        }
        data.busy = false;
    }

    async function sendLetter(event) {
        event.preventDefault();
        data.busy = true;
        try {
            await app.pb.collection("users").requestPasswordReset(data.email);
            data.sent = data.email;
        } catch (err) {
            app.checkApiError(err);
        }
        data.busy = false;
    }

    const email = (id) => t.div({ className: "field" },
        t.label({ htmlFor: id }, say("signIn.email")),
        t.input({ id, type: "email", autocomplete: "username", required: true, autofocus: true, value: () => data.email, oninput: (e) => data.email = e.target.value }));
    const submit = (words, icon) => t.button({ className: () => `btn lg block ${data.busy ? "loading" : ""}`, disabled: () => data.busy },
        t.span({ className: "txt" }, say(words)), t.i({ className: icon, ariaHidden: true }));
    const link = (words, run) => t.button({ type: "button", className: "link-hint txt-sm", onclick: run }, say(words));

    own(() => {
        const sentence = sessionStorage.getItem(said) || (refusedAtStart() ? say("signIn.lostRights") : "");
        sessionStorage.removeItem(said);
        page.querySelector("header").after(
            ...(sentence ? [t.div({ className: "alert warning m-b-base crm-lost-rights", role: "alert" }, sentence)] : []),
            t.form({ className: "grid crm-login", hidden: () => data.mode != "team", onsubmit: signIn },
                t.div({ className: "col-12" }, email("crm_email")),
                t.div({ className: "col-12" },
                    t.div({ className: "fields" },
                        t.div({ className: "field" },
                            t.label({ htmlFor: "crm_password" }, say("signIn.password")),
                            t.input({
                                id: "crm_password", autocomplete: "current-password", required: true, type: () => data.visible ? "text" : "password",
                                value: () => data.password, oninput: (e) => data.password = e.target.value,
                            })),
                        t.div({ className: "field addon" },
                            t.button({
                                type: "button", className: "btn sm transparent secondary circle",
                                ariaLabel: () => say(data.visible ? "signIn.hide" : "signIn.show"), onclick: () => data.visible = !data.visible,
                            }, t.i({ className: () => data.visible ? "ri-eye-off-line" : "ri-eye-line", ariaHidden: true })))),
                    t.div({ className: "m-t-5" }, link("signIn.forgotten", () => data.mode = "forgotten"))),
                t.div({ className: "col-12" }, submit("signIn.go", "ri-arrow-right-line"))),
            t.form({ className: "grid crm-forgotten", hidden: () => data.mode != "forgotten", onsubmit: sendLetter },
                t.div({ className: "col-12", hidden: () => !data.sent }, t.div({ className: "alert success" }, () => say("signIn.sent", { email: data.sent }))),
                t.div({ className: "col-12", hidden: () => data.sent }, email("crm_forgotten")),
                t.div({ className: "col-12", hidden: () => data.sent }, submit("signIn.send", "ri-mail-send-line")),
                t.div({ className: "col-12 txt-center" }, link("signIn.back", () => Object.assign(data, { mode: "team", sent: "" })))),
        );
        page.append(
            t.div({ className: "flex gap-15 m-t-base crm-login-ways" },
                t.button({ type: "button", className: "link-hint txt-sm crm-login-switch", onclick: () => data.mode = data.mode == "super" ? "team" : "super" },
                    () => say(data.mode == "super" ? "signIn.asTeam" : "signIn.asSuperuser")),
                t.span({ className: "flex-fill" }),
                t.button({ type: "button", className: "link-hint txt-sm crm-login-language", onclick: chooseLanguage }, say("language.other"))),
        );
    });
}));

const other = () => crm.language == "en" ? "zh-CN" : "en";

// The language chosen at the sign-in is that of whoever signs in next.
const chosen = "crmLanguageChosen";
function chooseLanguage() {
    sessionStorage.setItem(chosen, other());
    crm.setLanguage(other());
}

// Whoever lost their rights hears so from the server with the next thing they ask for, and whom to turn to. They are signed out and read it
// beside the sign-in.
const said = "crmLostRights";
const afterSend = app.pb.afterSend;
app.pb.afterSend = (response, answer, ...rest) => {
    const sentence = response.status == 403 && answer?.data?.account?.message;
    if (sentence) {
        // The token is renewed before this script has said in which language to answer.
        sessionStorage.setItem(said, response.url.includes("/auth-refresh") ? say("signIn.lostRights") : sentence);
        app.pb.cancelAllRequests();
        app.pb.authStore.clear();
    }
    return afterSend ? afterSend(response, answer, ...rest) : answer;
};

// After a reload PocketBase may be answered before this script is there; what, is only to be seen from outside.
const refusedAtStart = () => performance.getEntriesByType("resource").some((entry) => entry.name.includes("/auth-refresh") && entry.responseStatus == 403);

// ---------------------------------------------------------------------------------------------------------------- the header

// links are the pages of the header, each with the roles it is for; main.js registers the pages themselves.
const links = [
    { href: "#/today", icon: "ri-calendar-check-line", name: "page.today", roles: ["rep", "support", "manager", "director"] },
    { href: "#/cases", icon: "ri-customer-service-2-line", name: "page.cases", roles: ["rep", "support", "manager", "director"] },
    { href: "#/plans", icon: "ri-list-check-3", name: "page.plans", roles: ["rep", "support", "manager", "director"] },
    { href: "#/policy", icon: "ri-scales-3-line", name: "page.policy", roles: ["director", "superuser"] },
    { href: "#/jobs", icon: "ri-timer-line", name: "page.jobs", roles: ["director", "superuser"] },
    { href: "#/audit", icon: "ri-history-line", name: "page.audit", roles: ["director", "superuser"] },
];
const nativeLinks = app.store.headerLinks.slice();

watch(() => {
    const role = crm.role();
    if (crm.isStaff()) {
        document.documentElement.dataset.crmRole = role;
    } else {
        delete document.documentElement.dataset.crmRole;
    }
    const pages = links.filter((link) => link.roles.includes(role)).map((link) => ({ ...link, label: say(link.name) }));
    const customers = {
        href: "#/collections?collection=customers", icon: "ri-building-line", label: say("page.customers"),
        isActive: () => app.utils.isActivePath("#/collections") || app.utils.isActivePath("#/customer/"), // which watches the address
    };
    app.store.headerLinks = crm.isStaff() ? [pages[0], customers, ...pages.slice(1)] : [...pages, ...nativeLinks];
    app.store.creditLinks = crm.isStaff() ? [] : app.store.creditLinks;
});

// The menu behind one's own name: language and password. PocketBase's has only the way out.
document.addEventListener("mount:loggedUserDropdown", crm.safely(({ detail: menu }) => own(() => {
    const item = (icon, words, run) => t.button({ type: "button", className: "dropdown-item", onclick: () => { menu.hidePopover(); run(); } },
        t.i({ className: icon, ariaHidden: true }), t.span({ className: "txt" }, say(words)));
    const items = [item("ri-translate-2", "language.other", () => changeLanguage(other()))];
    if (crm.isStaff()) {
        items.push(item("ri-lock-password-line", "menu.password", changePassword), item("ri-user-settings-line", "menu.profile", () =>
            app.modals.openRecordUpsert(crm.collection("users"), crm.me().id)));
    }
    menu.prepend(...items);
})));
// PocketBase shows who is signed in by their e-mail address; a colleague is known by name.
document.addEventListener("mount:appHeader", crm.safely(({ detail: header }) => own(() => {
    header.querySelector(".superuser-name").after(t.span({ className: "crm-my-name txt-ellipsis" }, () => crm.isStaff() ? crm.me().name || crm.me().email : ""));
})));

async function changeLanguage(language) {
    await keepLanguage(language);
    crm.setLanguage(language);
}

// keepLanguage tells the server in which language somebody reads; it writes notices in it, too.
async function keepLanguage(language, person = crm.me()) {
    if (crm.isStaff(person) && person.locale != language) {
        try {
            await app.pb.collection("users").update(person.id, { locale: language }, { requestKey: null });
        } catch (err) {
            app.checkApiError(err);
        }
    }
}

function changePassword() {
    const data = store({ old: "", password: "", again: "", busy: false });
    const field = (name, words, key) => t.div({ className: "col-12" }, t.div({ className: "field" },
        t.label({ htmlFor: "crm_" + name }, say(words)),
        t.input({
            id: "crm_" + name, name, type: "password", required: true, autocomplete: name == "oldPassword" ? "current-password" : "new-password",
            oninput: (e) => data[key] = e.target.value,
        })));
    async function save(event) {
        event.preventDefault();
        data.busy = true;
        try {
            const me = crm.me();
            // The change ends every session, this one too. (The client's own update would go on with it before there is a new one.)
            await app.pb.send(`/api/collections/users/records/${me.id}`, {
                method: "PATCH", body: { oldPassword: data.old, password: data.password, passwordConfirm: data.again },
            });
            await app.pb.collection("users").authWithPassword(me.email, data.password);
            app.modals.close(modal, true);
            app.toasts.success(say("password.changed"));
        } catch (err) {
            app.checkApiError(err);
        }
        data.busy = false;
    }
    app.store.errors = null;
    const modal = own(() => t.div({ className: "modal popup sm crm-password", onafterclose: (el) => el.remove() },
        t.header({ className: "modal-header" }, t.h6({ className: "modal-title" }, say("menu.password"))),
        t.form({ id: "crm_password_form", className: "modal-content grid", onsubmit: save },
            field("oldPassword", "password.old", "old"), field("password", "password.new", "password"), field("passwordConfirm", "password.again", "again")),
        t.footer({ className: "modal-footer" },
            t.button({ type: "button", className: "btn transparent m-r-auto", onclick: () => app.modals.close(modal) }, say("close")),
            t.button({ className: () => `btn ${data.busy ? "loading" : ""}`, disabled: () => data.busy, "html-form": "crm_password_form" }, say("save")))));
    document.body.append(modal);
    app.modals.open(modal);
}

// The sidebar keeps the order in which the server names the collections, that of a day's work; PocketBase would sort them by name, and has
// when they came before this script. It compares what it asks for again with what it has: in another order a list would be loaded twice.
const sorted = app.utils.sortedCollectionsByType;
app.utils.sortedCollectionsByType = (list) => crm.isStaff() ? list.toSorted((a, b) => a.place - b.place) : sorted(list);
if (crm.isStaff() && app.store.collections.length) {
    app.store.collections = app.utils.sortedCollectionsByType(app.store.collections);
}

// ---------------------------------------------------------------------------------------------------------------- guards

// The server refuses these pages to staff anyway; here it is only that nobody should end on one.
const forbidden = (hash) => crm.isStaff() && /^#\/(logs|settings)/.test(hash);
if (forbidden(location.hash)) {
    history.replaceState(null, "", "#/today");
}
// A page whose changes are not saved sets crm.stay, which says whether to stay on it; like the guard it has to be asked before the router.
window.addEventListener("hashchange", (event) => {
    if (crm.stay?.()) {
        event.stopImmediatePropagation();
        return;
    }
    if (forbidden(location.hash)) {
        event.stopImmediatePropagation(); // this listener is older than the router's
        location.replace("#/today");
    }
});

// One browser may serve several people. What the dashboard keeps of one of them must not be there for the next.
const personal = /^(draft_|pbSettings$|pbRecordsSearchHistory_|pbLastActiveCollection|pbLastFileToken)/;
let present = app.pb.authStore.record?.id;
app.pb.authStore.onChange((_, record) => {
    if (record?.id == present) {
        return;
    }
    const before = present;
    present = record?.id;
    Object.keys(localStorage).filter((key) => personal.test(key)).forEach((key) => localStorage.removeItem(key));
    if (!record?.id) {
        app.store.collections = [];
        app.store.settings = {};
        app.toasts.removeAll(); // they may speak of what the next one may not know
    } else if (before) {
        location.reload();
    }
    const asked = sessionStorage.getItem(chosen);
    if (record?.id && asked) {
        sessionStorage.removeItem(chosen);
        keepLanguage(asked, record);
    } else if (record?.locale && record.locale != crm.language && !localStorage.getItem("crmLanguage")) {
        crm.setLanguage(record.locale);
    }
});

// The policy's time zone and currency are those of every page.
crm.usePolicy = (policy) => {
    crm.policy = policy;
    localStorage.setItem("crmZone", crm.zone = policy.timezone);
    localStorage.setItem("crmCurrency", crm.currency = policy.currency);
};

async function readPolicy() {
    try {
        crm.usePolicy(await app.pb.collection("policy").getFirstListItem("", { requestKey: null }));
    } catch (err) {
        console.warn("[touchbase] the policy cannot be read", err);
    }
}
let signedIn = "";
watch(() => app.store.superuser?.id, (id) => {
    if (id && id != signedIn) {
        readPolicy();
    }
    signedIn = id;
});
