// Whose day it is: one's own, or, for those who lead, that of a colleague or of a team.

import { failed, named, say, t } from "../../elements.js";

const { crm } = window;
const leads = () => ["manager", "director", "superuser"].includes(crm.role());

// whoseOf reads from the address whose day is asked for: `query` for the server (none: a superuser has to choose), `value` of the choice,
// and the `people` whose tasks are part of it as far as is known.
export function whoseOf(route) {
    const user = route.query.user?.[0];
    const team = route.query.team?.[0];
    const me = crm.isStaff() ? crm.me().id : "";
    if (team) {
        return { query: { team }, value: "team:" + team, people: new Set(), isOwn: false };
    }
    if (user && user != me) {
        return { query: { user }, value: "user:" + user, people: new Set([user]), isOwn: false };
    }
    return { query: me ? {} : null, value: "", people: new Set([me]), isOwn: true };
}

// chooser is the choice, for those who lead. It also finds out who is of the team.
export function chooser(whose) {
    if (!leads()) {
        return null;
    }
    const found = store({ people: [], teams: [], ready: false });
    const role = crm.role();
    const mine = crm.me().team;
    const option = (value, text) => t.option({ value, selected: value == whose.value, rid: value }, text);
    const group = (label, people) => people.length ? t.optgroup({ label }, people.map((person) => option("user:" + person.id, person.name))) : null;

    async function load() {
        try {
            const filter = role == "manager" ? `active = true && team = "${mine}"` : "active = true";
            const ofTeam = role == "manager" ? `id = "${mine}"` : "";
            const [people, teams] = await Promise.all([named("users", filter, "id,name,team"), named("teams", ofTeam)]);
            people.filter((person) => whose.query?.team == person.team).forEach((person) => whose.people.add(person.id));
            Object.assign(found, { people: people.filter((person) => person.id != crm.me().id), teams, ready: true });
        } catch (err) {
            failed(err);
        }
    }

    const options = () => [
        crm.isStaff() ? option("", say("today.mine")) : option("", say("today.choose")),
        found.teams.length ? t.optgroup({ label: say("today.teams") }, found.teams.map((team) => option("team:" + team.id, team.name))) : null,
        ...found.teams.map((team) => group(team.name, found.people.filter((person) => person.team == team.id))),
        group(say("today.noTeam"), found.people.filter((person) => !found.teams.some((team) => team.id == person.team))),
    ].filter(Boolean);

    return t.div({ className: "field crm-whose", onmount: load },
        t.select({
            ariaLabel: say("today.whose"),
            onchange: (event) => {
                const [kind, id] = event.target.value.split(":");
                location.hash = id ? `#/today?${kind}=${id}` : "#/today";
            },
        }, () => found.ready ? options() : [option(whose.value, say(whose.value ? "today.chosen" : crm.isStaff() ? "today.mine" : "today.choose"))]));
}
