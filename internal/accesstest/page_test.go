// Package accesstest_test holds the program against the page on who may see and change what: every role, every way to stand to a
// customer, every collection, every field, by every way there is in and out.
package accesstest_test

import (
	"slices"
	"strings"
)

// The two tables of the page on access, said once more and apart from the program's own table, so that a wrong line there
// fails. A grant says role by role how somebody has to stand to a record; one of the words is enough:
//
//	own, assigned, team, pool   as the page names them: to the customer, or to the customer of the record
//	author, fresh, service      of a follow-up: who made it; and not more than 24 hours ago; of kind service, complaint or care
//	assignee, requester         of a task
//	self                        one's own account, or an import of one's own
//	all, none
type grant [4]string

// roles in the order of a grant.
var roles = []string{"rep", "support", "manager", "director"}

var (
	nobody    = grant{"none", "none", "none", "none"}
	everybody = grant{"all", "all", "all", "all"}
	directors = grant{"none", "none", "none", "all"}
	leaders   = grant{"none", "none", "all", "all"}

	asCustomer = grant{"own assigned team pool", "all", "all", "all"}
	commercial = grant{"own", "none", "team", "all"}
	ofService  = grant{"own assigned", "all", "all", "all"}
	reachable  = grant{"own assigned", "own assigned", "team own", "all"}
)

// rights are a line of the table of records.
type rights struct {
	see, create, change, delete grant
	fields                      map[string]field
	computed                    string // fields that nobody writes, readable by whoever sees the record but for those in fields
}

// field is a line of the table of fields: who reads, and who of those who may change the record writes it. Whoever creates a record
// gives what no line keeps for some.
type field struct {
	read, write grant
	kept        bool // also when creating
}

func reads(who grant) field { return field{read: who, write: who} }

func writes(who grant) field { return field{read: everybody, write: who} }

func keeps(who grant) field { return field{read: everybody, write: who, kept: true} }

// page is what the page says. Where a line goes beyond it, a note says why.
var page = map[string]rights{
	"customers": {
		see: asCustomer, create: everybody, change: grant{"own", "own assigned", "own team pool", "all"}, delete: nobody,
		fields: merge(
			lines(reads(commercial), "budget_range decision_maker competitors annual_revenue declared_annual_purchase annual_purchase renewal_intent products_bought tier_reason rfm"),
			lines(writes(grant{"own", "none", "own team pool", "all"}), "cooperation_since purchase_cycle expected_cooperation"),
			lines(keeps(grant{"none", "none", "team pool", "all"}), "owner collaborators"),
			lines(keeps(grant{"none", "none", "team", "all"}), "tier_pin tier_pin_reason tier_pin_until"),
			lines(keeps(grant{"own", "none", "team", "all"}), "archived_reason"),
			lines(reads(nobody), "window_orders window_amount name_key assigned assess_due_at import archived_from automatic_tags light_touch check_since held_since release_on"),
		),
		computed: "team tier tier_reason value potential risk segment rfm churn_cause silent silent_since touch_mode last_follow_up_at last_interaction_at " +
			"next_follow_up_on last_order_at annual_purchase window_orders window_amount products_bought open_tasks missing_info needs_check " +
			"name_key assigned assessed_at assess_due_at stage rev import archived_from automatic_tags light_touch check_since held_since release_on",
	},
	"contacts": {
		see: asCustomer, create: grant{"own assigned pool", "all", "team own pool", "all"},
		change: grant{"own assigned pool", "all", "team own pool", "all"}, delete: directors,
		fields: merge(
			lines(reads(reachable), "phone email wechat"),
			lines(reads(commercial), "birthday"),
			lines(reads(nobody), "import"),
		),
		computed: "left_as_primary phone_masked email_masked wechat_masked rev import",
	},
	"follow_ups": {
		// Support also sees what they own and what they recorded themselves: they may change it for a day.
		see: grant{"own assigned team pool", "service assigned own author", "all", "all"}, create: grant{"own assigned team pool", "all", "all", "all"},
		change: grant{"fresh", "fresh", "fresh team", "all"}, delete: nobody,
		fields: merge(
			lines(reads(commercial), "key_points competitor"),
			lines(reads(nobody), "import fingerprint"),
		),
		computed: "recorded_late pace_exceeded channel_mismatch templated rev import fingerprint",
	},
	"tasks": {
		see: grant{"own assigned team pool assignee requester", "all", "all", "all"}, create: grant{"own assigned team pool", "all", "all", "all"},
		change: grant{"assignee requester", "assignee requester", "assignee requester team", "all"}, delete: directors,
		fields: merge(
			lines(writes(grant{"assignee", "assignee", "assignee team", "all"}), "status result delay_reason postpone_reason due_at done_at"),
			lines(writes(grant{"requester", "requester", "requester team", "all"}), "customer title detail kind by assignee department channel priority follow_up plan"),
			lines(reads(nobody), "grants"),
		),
		computed: "postponed rule key cause given_by grants reminded_at escalated_at rev",
	},
	"orders": {
		see: grant{"own team", "all", "team", "all"}, create: commercial, change: commercial, delete: directors,
		fields: merge(
			lines(reads(grant{"own team", "none", "team", "all"}), "category kind due_on paid_on cancelled owner"), // support: number, product, ordered_at
			lines(reads(commercial), "amount"),
			lines(reads(grant{"none", "none", "team", "all"}), "cost"),
			lines(reads(nobody), "import"),
		),
		computed: "owner import",
	},
	"contracts": {
		see: grant{"own team", "all", "team", "all"}, create: commercial, change: commercial, delete: nobody,
		fields: merge(
			lines(reads(grant{"own team", "none", "team", "all"}), "starts_on ends_on status"), // support: the number
			lines(reads(commercial), "amount"),
		),
	},
	"cases": {
		see: ofService, create: ofService, change: ofService, delete: nobody,
		fields:   lines(reads(nobody), "grants follow_up"),
		computed: "respond_by reopened given_by grants follow_up",
	},
	"surveys": {
		see: ofService, create: ofService, change: ofService, delete: nobody,
		fields:   lines(reads(nobody), "token_hash"),
		computed: "token_hash",
	},
	"signals": {
		see: asCustomer, create: nobody, change: nobody, delete: nobody, fields: lines(reads(commercial), "evidence"),
		computed: "customer signal severity evidence raised_at cleared_at",
	},
	"tier_changes": {
		see: asCustomer, create: nobody, change: nobody, delete: nobody, fields: lines(reads(commercial), "reasons"),
		computed: "customer from to reasons cause by at",
	},
	"users": {
		// People keep their own account: its name, picture, absence and how to reach them.
		see: everybody, create: directors, change: grant{"self", "self", "self", "all"}, delete: nobody,
		fields: merge(
			// Beside e-mail and phone: others' language and quiet hours are no colleague's business ("all names, roles, teams").
			lines(reads(grant{"self", "self", "self team", "all"}), "email phone locale"),
			lines(reads(grant{"self", "self", "self", "self"}), "notify"), // who has the address of a webhook writes there
			// A name is what promises are given to, a substitute who gets the customers of somebody who leaves: neither is one's own to choose.
			lines(writes(directors), "name substitute role team department active verified"),
			lines(field{read: nobody, write: grant{"self", "self", "self", "all"}}, "password"),
			lines(reads(nobody), "tokenKey"),
		),
		computed: "emailVisibility tokenKey",
	},
	"teams":      {see: everybody, create: directors, change: directors, delete: nobody},
	"industries": {see: everybody, create: directors, change: directors, delete: nobody},
	"tags":       {see: everybody, create: leaders, change: leaders, delete: nobody, computed: "automatic"},
	"tiers":      {see: everybody, create: nobody, change: directors, delete: nobody},
	"policy":     {see: everybody, create: nobody, change: directors, delete: nobody, computed: "rev"},
	"risk_rules": {see: everybody, create: nobody, change: directors, delete: nobody},
	"notifications": {
		see: grant{"self", "self", "self", "self"}, create: nobody, change: grant{"self", "self", "self", "self"}, delete: nobody,
		fields:   lines(reads(nobody), "key urgent"),
		computed: "user kind title body customer task key urgent",
	},
	// Who was told by which way, and whether it arrived: the person, and a director. What was told is in the notification.
	"deliveries": {
		see: grant{"self", "self", "self", "all"}, create: nobody, change: nobody, delete: nobody,
		fields:   lines(reads(nobody), "key lane target title text"),
		computed: "user channel notification digest_on status attempts next_at error sent_at key lane target title text",
	},
	// "Their own team's" is also a plan of their own; support reads all, as the page has no narrower word there.
	"plans": {
		see: grant{"self team", "all", "self team", "all"}, create: grant{"none", "none", "team", "all"},
		change: grant{"none", "none", "team", "all"}, delete: directors,
		fields: lines(reads(nobody), "deleted_lines"), computed: "deleted_lines",
	},
	"playbooks": {see: everybody, create: leaders, change: leaders, delete: leaders},
	"materials": {see: everybody, create: leaders, change: leaders, delete: leaders},
	"campaigns": {see: everybody, create: leaders, change: leaders, delete: nobody},
	// A member stands as its customer does: whoever looks after the customer notes what became of it.
	"campaign_members": {
		see: asCustomer, create: grant{"own team", "none", "own team pool", "all"},
		change: grant{"own team", "own assigned", "own team pool", "all"}, delete: directors,
	},
	"imports": {
		see: grant{"none", "none", "self team", "all"}, create: nobody, change: nobody, delete: nobody,
		computed: "file kind by status rows rows_created rows_updated skipped problems",
	},
	"job_runs": {
		see: directors, create: nobody, change: nobody, delete: nobody,
		computed: "job started_at finished_at status examined changed error cause simulated",
	},
	"audit_log": {
		see: directors, create: nobody, change: nobody, delete: nobody,
		fields:   lines(reads(nobody), "seq hash key digests"),
		computed: "at actor actor_collection ip action collection record changes note seq hash key digests",
	},
}

func lines(line field, names string) map[string]field {
	each := map[string]field{}
	for _, name := range strings.Fields(names) {
		each[name] = line
	}
	return each
}

func merge(groups ...map[string]field) map[string]field {
	whole := map[string]field{}
	for _, group := range groups {
		for name, line := range group {
			if _, twice := whole[name]; twice {
				panic("two lines for " + name)
			}
			whole[name] = line
		}
	}
	return whole
}

// isComputed tells whether nobody writes a field.
func (r rights) isComputed(name string) bool {
	return name == "created" || name == "updated" || slices.Contains(strings.Fields(r.computed), name)
}

func (r rights) line(name string) field {
	if line, given := r.fields[name]; given {
		return line
	}
	return field{read: everybody, write: everybody}
}

// restricted tells whether somebody sees records of a collection and may not read a field of them.
func (r rights) restricted(name string) bool {
	for i := range roles {
		see, read := strings.Fields(r.see[i]), strings.Fields(r.line(name).read[i])
		if slices.Contains(read, "all") || see[0] == "none" {
			continue
		}
		for _, word := range see {
			if !slices.Contains(read, word) {
				return true
			}
		}
	}
	return false
}

// has tells whether a grant holds for a role that stands in these ways.
func (g grant) has(role string, standing []string) bool {
	i := slices.Index(roles, role)
	if i < 0 {
		return false
	}
	for _, word := range strings.Fields(g[i]) {
		if word == "all" || slices.Contains(standing, word) {
			return true
		}
	}
	return false
}

// sees, reads, changes and writes ask the page for a principal and a record they stand to so.
func (p *principal) sees(collection string, standing []string) bool {
	return p.super || page[collection].see.has(p.role, standing)
}

func (p *principal) reads(collection, name string, standing []string) bool {
	if p.super {
		return name != "password" && name != "tokenKey"
	}
	return p.sees(collection, standing) && page[collection].line(name).read.has(p.role, standing)
}

func (p *principal) changes(collection string, standing []string) bool {
	return p.super || p.sees(collection, standing) && page[collection].change.has(p.role, standing)
}

func (p *principal) writes(collection, name string, standing []string) bool {
	r := page[collection]
	return !r.isComputed(name) && (p.super || p.changes(collection, standing) && r.line(name).write.has(p.role, standing))
}
