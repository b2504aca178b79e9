import { button, choice, dialog, field, icon, label, named, option, recordFollowUp, say, t, today } from "../../elements.js";

const { crm } = window;

// actions are what the reader may do with the customer. They stand while the page does: news of the customer shows and hides them, and neither
// closes the menu nor takes the focus from one.
export function actions(state) {
    const { data } = state;
    const edit = () => app.modals.openRecordUpsert(crm.collection("customers"), state.id);
    const take = () => act(state, "take", {}, "customer.taken");
    return t.div({ className: "crm-actions" },
        button({
            words: "customer.followUp", iconName: "ri-chat-new-line", className: "sm crm-act-follow-up", hidden: () => isArchived(data),
            run: () => recordFollowUp(data.customer),
        }),
        button({
            words: "customer.task", iconName: "ri-add-line", className: "sm secondary crm-act-task", hidden: () => isArchived(data),
            run: () => newTask(data.customer),
        }),
        () => mayTake(data) ? button({ words: "customer.take", iconName: "ri-hand-heart-line", className: "sm success crm-act-take", run: take }) : null,
        button({
            words: "customer.edit", title: "customer.edit", iconName: "ri-edit-line", className: "sm secondary crm-act-edit", run: edit,
            hidden: () => !data.rights?.change,
        }),
        more(state));
}

// more are the acts of rarer days, folded away; printing is everybody's.
function more(state) {
    const { data } = state;
    const id = "crm_more_" + app.utils.randomString();
    const mayChange = (name) => !!data.rights?.write.includes(name) && !isArchived(data);
    const item = (words, iconName, run, isOffered, className = "") => t.button({
        type: "button", className: `dropdown-item crm-act-${words.replace("customer.", "")} ${className}`, hidden: () => !isOffered(),
        onclick: (event) => { event.target.closest(".dropdown").hidePopover(); run(); },
    }, icon(iconName), t.span({ className: "txt" }, say(words)));
    const restore = () => act(state, "restore", {}, "customer.restored").catch(app.checkApiError);
    return t.div({ className: "crm-more-acts" },
        t.button({
            type: "button", className: "btn sm secondary circle", "html-popovertarget": id,
            ariaLabel: say("customer.more"), title: say("customer.more"),
        }, icon("ri-more-2-line")),
        t.div({ id, className: "dropdown sm nowrap", popover: "auto" },
            item("customer.print", "ri-printer-line", () => window.print(), () => true),
            item("customer.reassign", "ri-user-shared-line", () => reassign(state), () => mayChange("owner")),
            item("customer.pin", "ri-pushpin-line", () => pin(state), () => mayChange("tier_pin")),
            item("customer.restore", "ri-inbox-unarchive-line", restore, () => mayArchive(data) && isArchived(data)),
            item("customer.archive", "ri-inbox-archive-line", () => archive(state), () => mayArchive(data) && !isArchived(data), "txt-danger")));
}

const isArchived = ({ customer }) => customer?.stage == "archived";

const mayTake = (data) => data.customer && !data.customer.owner && !isArchived(data) && ["rep", "manager", "director"].includes(crm.role());

// A collaborator may do with a customer what its owner may, but for sending it to the archive.
const mayArchive = ({ customer, rights }) =>
    !!rights?.write.includes("archived_reason") && (crm.role() != "rep" || customer?.owner == crm.me().id);

async function act(state, what, body, done) {
    await app.pb.send(`/api/crm/customers/${state.id}/${what}`, { method: "POST", body, requestKey: null });
    app.toasts.success(say(done));
    state.refresh("customers");
}

// newTask opens the form of a task with the customer, for oneself until somebody else is named.
function newTask(c) {
    const expand = { customer: { collectionName: "customers", collectionId: crm.collection("customers")?.id, ...c } };
    if (crm.isStaff()) {
        expand.assignee = crm.me();
    }
    app.modals.openRecordUpsert(crm.collection("tasks"), {
        customer: c.id, assignee: expand.assignee?.id ?? "", kind: "other", priority: "normal", status: "open", expand,
    }, {});
}

// reassign gives the customer to a colleague, or back to the pool; a manager chooses among their own team.
async function reassign(state) {
    const c = state.data.customer;
    const filter = crm.role() == "manager" ? app.pb.filter("active = true && team = {:team}", { team: crm.me().team }) : "active = true";
    const colleagues = await named("users", filter, "id,name,role");
    dialog({
        title: say("customer.reassign.to", { name: c.name }), className: "sm crm-reassign", submitWords: "customer.reassign",
        submit: ({ owner }) => act(state, "reassign", { owner }, "customer.reassigned"),
    }, choice({
        name: "owner", text: label("customers", "owner"), value: c.owner,
        options: [
            { value: "", text: say("customer.inPool") },
            ...colleagues.map((user) => ({ value: user.id, text: `${user.name} · ${option("users", "role", user.role)}` })),
        ],
    }));
}

function archive(state) {
    dialog({
        title: say("customer.archive"), className: "sm crm-archive", submitWords: "customer.archive",
        submit: ({ reason }) => act(state, "archive", { reason }, "customer.archivedNow"),
    },
        t.p({ className: "txt-hint" }, say("customer.archive.means")),
        field({ name: "reason", text: label("customers", "archived_reason"), type: "textarea", required: true }));
}

// pin fixes the tier for a while, or lets the rules decide again.
function pin(state) {
    const c = state.data.customer;
    const tiers = ["S", "A", "B", "C"].map((tier) => ({ value: tier, text: option("customers", "tier", tier) }));
    dialog({
        title: say("customer.pin"), className: "sm crm-pin", submit: async ({ tier_pin, tier_pin_reason, tier_pin_until }) => {
            const pinned = tier_pin ? { tier_pin, tier_pin_reason, tier_pin_until } : { tier_pin: "", tier_pin_reason: "", tier_pin_until: "" };
            await app.pb.collection("customers").update(c.id, { ...pinned, rev: c.rev }, { requestKey: null });
            app.toasts.success(say(tier_pin ? "customer.pinnedNow" : "customer.unpinned"));
            state.refresh("customers");
        },
    },
        t.p({ className: "txt-hint" }, say("customer.pin.means")),
        choice({
            name: "tier_pin", text: label("customers", "tier_pin"), value: c.tier_pin,
            options: [{ value: "", text: say("customer.pin.none") }, ...tiers],
        }),
        field({ name: "tier_pin_reason", text: label("customers", "tier_pin_reason"), type: "textarea", value: c.tier_pin_reason }),
        field({
            name: "tier_pin_until", text: label("customers", "tier_pin_until"), type: "date",
            min: today(), value: (c.tier_pin_until ?? "").slice(0, 10),
        }));
}
