// How the record forms are laid out: groups of fields in the order people fill them in, what is asked for only in some cases, and what a
// new record begins with. The form itself is in ../form.

const { crm } = window;
const moment = (value) => value ? new Date(String(value).replace(" ", "T")).getTime() : NaN;
const now = () => new Date().toISOString().replace("T", " ");
const today = () => crm.today() + " 00:00:00.000Z";

// Groups of fields by collection: "name!" takes a whole line, others half of one. A group that is `folded` opens on demand. What no group
// names is not shown to staff; superusers find it below.
const groups = {
    customers: [
        {
            name: "who",
            fields: "name! industry size region source first_contact_on code credit_code website annual_revenue reviewed_on address! "
                + "verified_sources verified_on owner collaborators team stage",
        },
        {
            name: "commercial",
            fields: "cooperation_since purchase_cycle declared_annual_purchase renewal_intent budget_range! expected_cooperation!",
        },
        {
            name: "need",
            fields: "core_need! pain_points! future_need! long_term_goal! custom_strategy! decision_maker competitors "
                + "intent need influence fit outlook expected_close_on",
        },
        { name: "preference", fields: "preferred_channel avoid_channels anniversary_on tags notes!" },
        {
            name: "judgement",
            fields: "tier segment value potential risk churn_cause silent silent_since touch_mode next_follow_up_on last_follow_up_at "
                + "last_interaction_at annual_purchase last_order_at open_tasks assessed_at products_bought! missing_info! needs_check! "
                + "tier_pin tier_pin_until tier_pin_reason! archived_reason!",
        },
    ],
    contacts: [
        {
            name: "person",
            fields: "customer! name title phone phone_masked email email_masked wechat wechat_masked preferred_channel birthday "
                + "is_primary is_decision_maker note!",
        },
        { name: "left", fields: "left_on successor left_as_primary" },
    ],
    follow_ups: [
        { name: "contact", fields: "customer! contact channel direction started_at content! feedback mood kind competitor key_points!" },
        { name: "next", fields: "status resume_on next_action! next_action_on next_action_by commitments!" },
        {
            name: "more", folded: true,
            fields: "purpose! ended_at campaign our_people their_people topics! attachments! by by_name recorded_late pace_exceeded "
                + "channel_mismatch templated",
        },
    ],
    tasks: [
        { name: "task", fields: "customer! title! kind priority assignee due_at postpone_reason! department channel detail!" },
        { name: "outcome", fields: "status done_at result! delay_reason! postponed" },
        { name: "more", folded: true, fields: "by given_by cause follow_up plan reminded_at escalated_at" },
    ],
    cases: [
        { name: "case", fields: "customer! contact kind severity assignee subject! detail! topics!" },
        { name: "clock", fields: "opened_at respond_by responded_at resolved_at reopened" },
        { name: "more", folded: true, fields: "by given_by" },
    ],
    orders: [{ name: "order", fields: "customer! number ordered_at product category kind amount cost due_on paid_on owner cancelled" }],
    contracts: [{ name: "contract", fields: "customer! number status starts_on ends_on amount" }],
    surveys: [{ name: "survey", fields: "customer! contact sent_at expires_at answered_at nps satisfaction comment!" }],
    users: [
        { name: "colleague", fields: "name! role team department phone locale active away_until substitute avatar!" },
    ],
};

// What is shown only in some cases. It is asked of the record as it stands in the form, and as it was.
const cases = {
    follow_ups: {
        next_action: (r) => r.status == "to_follow_up",
        next_action_on: (r) => r.status == "to_follow_up",
        next_action_by: (r) => r.status == "to_follow_up",
        resume_on: (r) => r.status == "on_hold",
    },
    tasks: {
        delay_reason: (r) => !!r.delay_reason || r.status == "delayed"
            || (r.status == "done" && (moment(r.done_at) || Date.now()) > moment(r.due_at)),
        postpone_reason: (r, before) => !!before.postpone_reason || moment(r.due_at) > moment(before.due_at),
        done_at: (r) => r.status == "done",
    },
    contacts: {
        phone_masked: (r) => r.phone === undefined,
        email_masked: (r) => r.email === undefined,
        wechat_masked: (r) => r.wechat === undefined,
        successor: (r) => !!r.left_on,
    },
    customers: {
        tier_pin_until: (r) => !!r.tier_pin,
        tier_pin_reason: (r) => !!r.tier_pin,
        archived_reason: (r) => !!r.archived_reason,
    },
};

// What is asked for beyond what the schema requires, or is not in some case; it is the server that insists.
const required = {
    follow_ups: {
        content: (r) => r.feedback != "no_response",
        status: (r) => r.feedback != "no_response",
        next_action: () => true, next_action_on: () => true, resume_on: () => true,
    },
    tasks: {
        delay_reason: (r) => r.status == "done",
        postpone_reason: (r, before) => moment(r.due_at) > moment(before.due_at),
        result: (r) => r.status == "done" && r.kind == "negative_feedback",
    },
    customers: { tier_pin_until: () => true, tier_pin_reason: () => true },
};

// Sentences under a field, by their name in strings.json.
const help = {
    follow_ups: { commitments: "form.help.commitments", key_points: "form.help.keyPoints" },
    tasks: { postpone_reason: "form.help.postponed", delay_reason: "form.help.late" },
    customers: { name: "form.help.name", tier_pin: "form.help.pin" },
    cases: { respond_by: "form.help.respondBy" },
};

// What a new record begins with.
const begin = {
    customers: () => ({ first_contact_on: today() }),
    follow_ups: () => ({ started_at: now(), direction: "out" }),
    cases: () => ({ opened_at: now() }),
    tasks: () => ({ priority: "normal", status: "open" }),
    users: () => ({ active: true }),
};

// What a duplicate of a record does not take over: it would be refused, or untrue.
const unique = {
    customers: ["code", "credit_code", "archived_reason", "tags"], // some tags are the program's to give
    contacts: ["is_primary", "left_on", "successor"],
    orders: ["number", "paid_on", "cancelled"],
    contracts: ["number"],
    cases: ["responded_at", "resolved_at", "by"],
    tasks: ["status", "done_at", "result", "delay_reason", "postpone_reason", "follow_up", "by"],
    follow_ups: ["by", "by_name", "attachments"],
    users: ["email", "phone"],
};

// kept is of every record and told elsewhere, or of no use to people.
const kept = ["id", "rev", "created", "updated"];

// PocketBase builds these itself, above the others.
const ofAccounts = ["email", "emailVisibility", "verified", "password", "tokenKey"];

// layout gives the groups of a collection's form, [{name, folded, fields: [{field, wide}]}], and what holds for its fields.
crm.layout = (collection) => {
    const byName = Object.fromEntries(collection.fields.map((field) => [field.name, field]));
    const left = new Set(Object.keys(byName).filter((name) => !kept.includes(name) && !(collection.type == "auth" && ofAccounts.includes(name))));
    const own = (groups[collection.name] || [{ name: "", fields: [...left].join("! ") + "!" }]).map((group) => ({
        ...group, fields: group.fields.split(" ").map((word) => ({ name: word.replace("!", ""), wide: word.endsWith("!") }))
            .filter((line) => byName[line.name] && left.delete(line.name)),
    }));
    if (!crm.isStaff()) {
        const rest = [...left, ...kept.slice(1)].filter((name) => byName[name]);
        own.push({ name: "system", folded: true, fields: rest.map((name) => ({ name, wide: true })) });
    }
    const of = (table) => table[collection.name] || {};
    return {
        groups: own.filter((group) => group.fields.length),
        cases: of(cases), required: of(required), help: of(help), unique: unique[collection.name] || [],
        begin: () => begin[collection.name]?.() || {},
    };
};
