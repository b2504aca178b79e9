package crm

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"touchbase/rules"
)

// assignee says who does what a playbook asks of a role for a customer, and from when on they are there: the owner where the role
// fits or says so; else a collaborator of the role; else the owner. What has no owner is for support where the role or the tier asks
// for it, else for the managers of the team, else for the directors: whoever of them has least to do. Who is away for the rest of the period is stood in for.
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
	asked := []string{RoleManager, RoleDirector}
	if role == RoleSupport || g.policy.Tiers[rules.Tier(customer.Tier)].OwnerRole == RoleSupport {
		asked = append([]string{RoleSupport}, asked...)
	}
	for _, role := range asked {
		if some := g.peopleOf(role, customer.Team); len(some) > 0 {
			return g.present(slices.MinFunc(some, func(a, b planner) int { return g.spread.Total(a.ID) - g.spread.Total(b.ID) }))
		}
	}
	return "", 0
}

// peopleOf gives the active people of a role who are of a team, in the order of their ids. Directors are of all teams; support is too
// where the team has none of its own.
func (g *generating) peopleOf(role, team string) []planner {
	var all, own []planner
	for _, id := range slices.Sorted(maps.Keys(g.people)) {
		who := g.people[id]
		if who.Role != role {
			continue
		}
		if all = append(all, who); team != "" && who.Team == team {
			own = append(own, who)
		}
	}
	if len(own) > 0 || role == RoleManager {
		return own
	}
	return all
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
