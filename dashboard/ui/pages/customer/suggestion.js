import { button, card, dated, day, icon, label, option, recordFollowUp, say, t } from "../../elements.js";
import { open, part } from "./state.js";

const { crm } = window;

// suggestion is the next touch that the playbooks suggest, why, with what, and one click to record it. The archived are left alone.
export const suggestion = (state) => state.data.customer?.stage == "archived" ? null
    : card({ title: say("customer.suggestion"), className: "crm-suggestion" }, part(state, "suggestion", 4, (s) => suggested(state, s)));

const how = (iconName, words) => words ? t.span(null, icon(iconName), words) : null;

const suggested = (state, s) => [
    t.p({ className: "crm-touch" }, t.strong(null, s.what[crm.language])),
    t.p({ className: "crm-touch-how" },
        how("ri-calendar-line", day(s.on)),
        how("ri-send-plane-line", s.channel && option("follow_ups", "channel", s.channel)),
        how("ri-user-line", s.role == "owner" ? label("customers", "owner") : s.role && option("users", "role", s.role))),
    t.p({ className: "txt-hint crm-touch-why" }, dated(s.words[crm.language])),
    s.materials.length ? t.ul({ className: "crm-touch-materials" }, s.materials.map((m) => t.li(null, material(m)))) : null,
    button({
        words: "customer.recordTouch", iconName: "ri-chat-new-line", className: "sm secondary crm-act-touch",
        run: () => recordFollowUp(state.data.customer, { channel: s.channel, purpose: s.what[crm.language] }),
    }),
];

const material = ({ id, title }) => t.button({
    type: "button", className: "link", onclick: () => open("materials", { id }),
}, icon("ri-file-list-3-line"), title[crm.language]);
