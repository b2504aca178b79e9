package crm

import (
	"encoding/json"
	"slices"
	"time"

	"touchbase/rules"
)

// assignee says who does what a playbook asks of a role for a customer, and from when on they are there: the owner where the role
// fits or says so; else a collaborator of the role; else the owner. What has no owner is for support where the role or the tier asks
// for it, whoever has least to do, and else for the manager of the team, or a director. Who is away for the rest of the period is stood in for.
func (g *generating) assignee(customer planned, role string) (id string, there rules.Day) {
	owner, owned := g.people[customer.Owner]
	if owned && (role == RoleOwner || owner.Role == role) {
		return g.present(owner)
	}
	for _, id := range customer.Collaborators {
		if who, active := g.people[id]; active && who.Role == role {
			return g.present(who)
		}
	}
	if owned {
		return g.present(owner)
	}
	var candidates []planner
	if role == RoleSupport || g.policy.Tiers[rules.Tier(customer.Tier)].OwnerRole == RoleSupport {
		candidates = g.peopleOf(RoleSupport, customer.Team)
	}
	for _, others := range []func() []planner{
		func() []planner { return g.peopleOf(RoleManager, customer.Team) },
		func() []planner { return g.peopleOf(RoleDirector, "") },
	} {
		if len(candidates) == 0 {
			candidates = others()
		}
	}
	if len(candidates) == 0 {
		return "", 0
	}
	return g.present(slices.MinFunc(candidates, func(a, b planner) int { return g.spread.Total(a.ID) - g.spread.Total(b.ID) }))
}

// peopleOf gives the active people of a role who are of a team; directors are of all. Managers without the team are nobody's here,
// support without a team is everybody's.
func (g *generating) peopleOf(role, team string) []planner {
	var some []planner
	for _, who := range g.people {
		fits := role == RoleDirector || who.Team == team && (team != "" || role == RoleSupport) || role == RoleSupport && who.Team == ""
		if who.Role == role && fits {
			some = append(some, who)
		}
	}
	slices.SortFunc(some, func(a, b planner) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return some
}

// present gives somebody and their first day after an absence; where they are away to the end of the period, who stands in for them.
func (g *generating) present(who planner) (id string, there rules.Day) {
	last := g.days[len(g.days)-1]
	asked := map[string]bool{}
	for {
		back := g.backOn(who)
		if back <= last {
			return who.ID, back
		}
		asked[who.ID] = true
		next, active := g.people[who.Substitute]
		if !active || asked[next.ID] {
			return who.ID, 0 // nobody is there: it is theirs, when they are back
		}
		who = next
	}
}

// backOn is the first day on which somebody is there.
func (g *generating) backOn(who planner) rules.Day {
	if who.AwayUntil == "" {
		return 0
	}
	return rules.DayOf(ParseMoment(who.AwayUntil), time.UTC) + 1
}

// jsonTexts reads a stored list of texts; what is no list has none.
func jsonTexts(raw string) []string {
	var texts []string
	if json.Unmarshal([]byte(raw), &texts) != nil {
		return nil
	}
	return texts
}
