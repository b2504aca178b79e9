import { empty, icon, loading, page, say, t } from "../elements.js";
import { actions } from "./customer/actions.js";
import { contacts } from "./customer/contacts.js";
import { facts } from "./customer/facts.js";
import { identity } from "./customer/identity.js";
import { judgement } from "./customer/judgement.js";
import { sheet } from "./customer/sheet.js";
import { spending } from "./customer/spending.js";
import { again, customerState } from "./customer/state.js";
import { suggestion } from "./customer/suggestion.js";
import { timeline } from "./customer/timeline.js";
import { work } from "./customer/work.js";

// show is the page of one customer: who they are and what to do about it, how they are judged and why, and everything that happened.
export function show(route) {
    const state = customerState(route.params.id);
    return page({
        name: "customer", title: () => state.data.customer?.name ?? say("page.customer"),
        onmount: state.start, onunmount: state.stop,
    }, () => state.data.missing ? missing() : whole(state));
}

// whole is the page. Its parts stand once they are read, so that none pushes another away; what changes later changes in its place.
function whole(state) {
    const { data } = state;
    return t.div(null,
        t.div({ className: "crm-screen" },
            () => data.failed ? again(state.start) : data.known ? known(state) : t.div({ className: "crm-waiting" }, loading(6))),
        () => data.customer && data.assessment ? sheet(state) : null);
}

const known = (state) => t.div(null,
    () => state.data.customer ? identity(state) : null,
    actions(state),
    t.div({ className: "crm-halves" },
        t.div({ className: "crm-aside" }, () => state.data.ready
            ? t.div({ className: "crm-parts" }, judgement(state), () => suggestion(state), work(state), contacts(state), facts(state))
            : t.div({ className: "crm-card crm-waiting" }, loading(6))),
        t.div({ className: "crm-main" }, spending(state), timeline(state))));

// missing says that there is no such customer for the reader: whether there is one for others, they are not told.
const missing = () => t.div({ className: "crm-missing" },
    empty("customer.missing", "ri-eye-off-line"),
    t.a({ className: "btn secondary", href: "#/collections?collection=customers" },
        icon("ri-arrow-left-line"), t.span({ className: "txt" }, say("customer.toList"))));
