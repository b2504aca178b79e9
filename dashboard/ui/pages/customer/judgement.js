import { badge, card, dated, day, icon, option, say, t, tierBadge, today } from "../../elements.js";
import { part } from "./state.js";

// judgement is how the customer stands, and why: in the words of the rules themselves.
export const judgement = (state) => card({ title: say("customer.judgement"), className: "crm-judgement" }, part(state, "assessment", 8, (a) => [
    tier(a.tier, state.data.customer), risk(a.risk, state.data.customer), silence(a.silence), next(a.next),
]));

const row = (name, value, ...why) => t.div({ className: "crm-judged" },
    t.h3(null, say("customer.judged." + name)), t.div({ className: "crm-judged-value" }, value), why);
const list = (reasons, className = "") => reasons.length
    ? t.ul({ className: `crm-reasons ${className}` }, reasons.map((words) => t.li(null, dated(words)))) : null;
const hint = (words) => t.span({ className: "txt-hint" }, words);

// tier comes with the axes it is made of, which everybody may know, and to those who may, the reasons and what would raise it.
function tier({ tier, known, reasons, changes }, customer) {
    const axes = ["value", "potential", "segment"].filter((axis) => customer?.[axis]).map((axis) => option("customers", axis, customer[axis]));
    return row("tier", [tierBadge(tier) ?? say("customer.notKnown"), hint(axes.join(" · "))],
        known ? list(reasons, "crm-tier-reasons") : t.p({ className: "txt-hint" }, say("customer.reasonsRestricted")),
        changes.length ? t.div({ className: "crm-changes" },
            icon("ri-arrow-up-line"), t.span({ className: "crm-sr" }, say("customer.wouldChange")), list(changes)) : null);
}

function risk({ risk, cause, signals }, customer) {
    const because = cause ? say("customer.cause", { cause: option("customers", "churn_cause", cause) }) : say("customer.causeUnknown");
    const raised = (signal) => t.li({ className: signal.severity, title: option("signals", "severity", signal.severity) }, dated(signal.words));
    const none = customer?.stage == "archived" ? null : t.p({ className: "txt-hint" }, say("customer.noSignals"));
    return row("risk", [badge(option("customers", "risk", risk || "stable"), `crm-risk risk-${risk}`), risk == "churn_risk" ? hint(because) : null],
        signals.length ? t.ul({ className: "crm-reasons crm-signals" }, signals.map(raised)) : none);
}

const silence = ({ silent, mode, reasons }) => row("silence", [
    silent ? badge(say("silent"), "crm-silent") : t.span(null, say("customer.inTouch")),
    mode && mode != "normal" ? hint(option("customers", "touch_mode", mode)) : null,
], list(reasons, "crm-silence-reasons"));

const next = ({ on, reasons }) => row("next", on ? [t.strong(null, day(on)), due(on)] : say("customer.noNext"), list(reasons, "crm-next-reasons"));

function due(on) {
    const late = Math.round((new Date(today()) - new Date(on.slice(0, 10))) / 864e5);
    if (late < 0) {
        return hint(say("customer.inDays", { n: -late }));
    }
    return badge(late ? say("customer.daysLate", { n: late }) : say("customer.dueToday"), late ? "danger" : "info");
}
