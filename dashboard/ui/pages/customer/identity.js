import { badge, icon, label, moment, option, riskBadge, say, silentBadge, t, tierBadge } from "../../elements.js";

const { crm } = window;

// industryOf names the customer's industry in the reader's language.
export const industryOf = (customer) => {
    const industry = customer.expand?.industry;
    return (crm.language == "en" && industry?.name_en) || industry?.name || "";
};

// identity is who the customer is, in two lines.
export function identity({ data }) {
    const c = data.customer;
    const people = (c.expand?.collaborators ?? []).map((user) => user.name);
    const fact = (iconName, name, text) => text
        ? t.li({ title: label("customers", name) }, icon(iconName), t.span({ className: "crm-sr" }, label("customers", name)), t.span(null, text))
        : null;
    return t.div({ className: "crm-identity" },
        t.div({ className: "crm-badges" },
            tierBadge(c.tier), riskBadge(c.risk), silentBadge(c.silent),
            c.stage ? badge(option("customers", "stage", c.stage), `crm-stage ${c.stage == "archived" ? "warning" : ""}`) : null,
            c.tier_pin ? badge(say("customer.pinned", { day: crm.day(c.tier_pin_until) }), "", c.tier_pin_reason) : null,
            (c.expand?.tags ?? []).map((tag) => badge(tag.name, "crm-tag"))),
        t.ul({ className: "crm-who" },
            fact("ri-hashtag", "code", c.code),
            fact("ri-building-2-line", "industry", industryOf(c)),
            fact("ri-map-pin-line", "region", c.region),
            fact("ri-group-line", "size", c.size ? option("customers", "size", c.size) : ""),
            fact("ri-user-star-line", "owner", c.owner ? c.expand?.owner?.name : say("customer.inPool")),
            fact("ri-team-line", "collaborators", people.join(crm.comma)),
            fact("ri-history-line", "last_interaction_at",
                c.last_interaction_at && say("customer.lastInteraction", { at: moment(c.last_interaction_at) }))),
        c.stage == "archived"
            ? t.div({ className: "alert warning" }, [say("customer.archived"), c.archived_reason].filter(Boolean).join(" ")) : null);
}
