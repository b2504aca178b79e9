// The pages of Touchbase. They are registered here, before anything waits: the router starts as soon as something does. What a page does is
// in its module, loaded when it is opened.

const { crm } = window;
const file = (path) => app.pb.buildURL(`/_/extensions/crm/${path}`);

document.head.append(...window.crmStyles.map((path) => t.link({ rel: "stylesheet", href: file(path) })));

// turns counts the pages that were gone to.
let turns = 0;
window.addEventListener("hashchange", () => turns++);

// ahead asks for all a page is made of at once.
const asked = new Set();
const ahead = (name) => window.crmModules[name]?.filter((path) => !asked.has(path)).forEach((path) => {
    asked.add(path);
    document.head.append(t.link({ rel: "modulepreload", href: file(path) }));
});
ahead(/^#\/(\w+)/.exec(location.hash)?.[1]);

// page opens a page's module. Whatever goes wrong in there is said on the page, and nowhere else. One that is loaded when its reader has
// gone on already leaves what is there then.
const page = (name) => async (route) => {
    const turn = turns;
    ahead(name);
    try {
        const { show } = await import(file(`pages/${name}.js`));
        return turn == turns ? await show(route) : app.store.page;
    } catch (err) {
        console.error("[touchbase]", err);
        const { failedPage } = await import(file("elements.js"));
        return turn == turns ? failedPage(err) : app.store.page;
    }
};

app.routes.superuserOnly("#/today", page("today"));
app.routes.superuserOnly("#/customer/{id}", page("customer"));
app.routes.superuserOnly("#/cases", page("cases"));
app.routes.superuserOnly("#/plans", page("plans"));
app.routes.superuserOnly("#/policy", page("policy"));
app.routes.superuserOnly("#/jobs", page("jobs"));
app.routes.superuserOnly("#/audit", page("audit"));

app.routes.blank("#/", () => {
    location.replace(!app.pb.authStore.isValid ? "#/login" : crm.isStaff() ? "#/today" : "#/collections");
    return app.store.page;
});
app.routes.fallbackPath = "#/";
