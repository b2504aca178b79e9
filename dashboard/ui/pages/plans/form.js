// The form of a plan: its period is picked, and its goals are rows.

import { choice, dialog, field, icon, label, named, option, say, t, today } from "../../elements.js";
import { around, kindOf, words } from "./period.js";

const { crm } = window;

// goals are those a plan may have, each with what its figures are counted in and between what a target lies.
export const goals = {
    renewal_rate: ["percent", 0, 100], activation_rate: ["percent", 0, 100], repurchase_rate: ["percent", 0, 100], satisfaction: ["points", 0, 10],
    nps: ["nps", -100, 100], response_hours: ["hours", 0, 1000], on_time_rate: ["percent", 0, 100],
};
export const goalName = (goal) => option("plans", "goals", goal);
export const unit = (goal) => say("plans.unit." + goals[goal][0]);

// dialogOf opens the form of a plan, or of a new one, and saves what was changed.
export async function dialogOf(plan, saved) {
    const me = crm.me();
    const [teams, people] = await Promise.all([named("teams"), named("users", "active = true")]);
    const isManager = crm.role() == "manager";
    const before = plan ?? { name: "", period: around("quarter", today())[1], team: me.team || "", owner: crm.isStaff() ? me.id : "", goals: [] };
    const data = store({ kind: kindOf(before.period), period: before.period, goals: (before.goals || []).map((goal) => ({ ...goal })) });
    const teamsToChoose = teams.filter((team) => !isManager || team.id == me.team).map((team) => ({ value: team.id, text: team.name }));
    dialog({
        title: say(plan ? "plans.edit" : "plans.new"), submitWords: "save",
        submit: async (sent) => {
            const now = {
                name: sent.name.trim(), period: data.period, team: sent.team, owner: sent.owner,
                goals: data.goals.map((goal) => ({ goal: goal.goal, target: goal.target })),
            };
            const differs = ([name, value]) => !plan || JSON.stringify(value) != JSON.stringify(plan[name] ?? []);
            const changes = Object.fromEntries(Object.entries(now).filter(differs));
            const records = app.pb.collection("plans");
            saved(plan ? await records.update(plan.id, changes, { requestKey: null }) : await records.create(changes, { requestKey: null }));
        },
    },
        field({ name: "name", text: label("plans", "name"), required: true, value: before.name, autofocus: true, maxLength: 200 }),
        t.div({ className: "crm-columns" },
            choice({
                name: "kind", words: "plans.every", value: data.kind,
                options: ["quarter", "month", "week"].map((kind) => ({ value: kind, text: say("plans.every." + kind) })),
                onchange: (event) => {
                    data.kind = event.target.value;
                    data.period = around(data.kind, today())[1];
                },
            }),
            () => choice({
                name: "period", text: label("plans", "period"), value: data.period, onchange: (event) => data.period = event.target.value,
                options: [...new Set([...(kindOf(before.period) == data.kind ? [before.period] : []), ...around(data.kind, today())])]
                    .sort().map((period) => ({ value: period, text: words(period) })),
            })),
        t.div({ className: "crm-columns" },
            choice({
                name: "team", text: label("plans", "team"), value: before.team,
                options: isManager ? teamsToChoose : [{ value: "", text: say("plans.company") }, ...teamsToChoose],
            }),
            choice({
                name: "owner", text: label("plans", "owner"), value: before.owner,
                options: [{ value: "", text: say("plans.noOwner") }, ...people.map((user) => ({ value: user.id, text: user.name }))],
            })),
        t.div({ className: "field crm-goals-field" },
            t.label(null, label("plans", "goals")),
            t.input({ type: "hidden", name: "goals" }),
            t.div({ className: "p-sm" },
                () => data.goals.map((goal) => goalRow(goal, data)),
                t.button({
                    type: "button", className: "btn sm secondary crm-add-goal", disabled: () => data.goals.length >= Object.keys(goals).length,
                    onclick: () => data.goals.push({ goal: Object.keys(goals).find((name) => !data.goals.some((g) => g.goal == name)), target: 0 }),
                }, icon("ri-add-line"), t.span({ className: "txt" }, say("plans.addGoal"))))));
}

const goalRow = (goal, data) => t.div({ rid: goal, className: "crm-goal" },
    t.select({ className: "crm-select", ariaLabel: say("plans.goal"), onchange: (event) => goal.goal = event.target.value },
        () => Object.keys(goals).filter((name) => name == goal.goal || !data.goals.some((other) => other.goal == name))
            .map((name) => t.option({ rid: name, value: name, selected: name == goal.goal }, `${goalName(name)} (${unit(name)})`))),
    t.input({
        type: "number", step: "any", required: true, className: "crm-select", ariaLabel: say("plans.target"), value: goal.target,
        min: () => goals[goal.goal][1], max: () => goals[goal.goal][2], oninput: (event) => goal.target = Number(event.target.value),
    }),
    t.button({
        type: "button", className: "btn sm circle transparent", ariaLabel: say("plans.removeGoal"), title: say("plans.removeGoal"),
        onclick: () => data.goals = data.goals.filter((other) => other.goal != goal.goal),
    }, icon("ri-close-line")));
