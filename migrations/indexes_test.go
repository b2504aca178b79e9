package migrations_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"touchbase/internal/testapp"
)

// The queries of queues, rules and jobs find their rows by an index.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	app := testapp.Bare(t)
	for query, index := range map[string]string{
		"SELECT * FROM customers WHERE owner = 'u' AND next_follow_up_on <= '2026'":                                                                                    "idx_customers_owner_next",
		"SELECT * FROM customers WHERE team = 't' AND next_follow_up_on <= '2026'":                                                                                     "idx_customers_team_next",
		"SELECT id FROM customers WHERE assess_due_at != '' AND assess_due_at <= '2026'":                                                                               "idx_customers_assess_due",
		"SELECT id FROM customers WHERE code = {:v}":                                                                                                                   "idx_customers_code",
		"SELECT id FROM customers WHERE name_key = {:v}":                                                                                                               "idx_customers_name_key",
		"SELECT window_orders, window_amount, last_order_at FROM customers WHERE window_orders > 0":                                                                    "COVERING INDEX idx_customers_window",
		"SELECT * FROM customers WHERE missing_info IS NOT {:none} AND stage IS NOT 'archived' ORDER BY next_follow_up_on LIMIT 40":                                    "idx_customers_incomplete",
		"SELECT * FROM contacts WHERE customer = 'c'":                                                                                                                  "idx_contacts_customer",
		"SELECT * FROM contacts WHERE phone = {:v}":                                                                                                                    "idx_contacts_phone",
		"SELECT * FROM contacts WHERE email = {:v}":                                                                                                                    "idx_contacts_email",
		"SELECT sum(amount) FROM orders WHERE customer = 'c' AND ordered_at > '2026' AND NOT cancelled":                                                                "COVERING INDEX idx_orders_customer",
		"SELECT * FROM follow_ups WHERE customer = 'c' ORDER BY started_at DESC LIMIT 20":                                                                              "idx_follow_ups_customer",
		"SELECT count(DISTINCT customer) FROM follow_ups WHERE `by` = 'u' AND fingerprint = 'f' AND fingerprint != '' AND started_at > '2026' AND customer != 'c'":     "COVERING INDEX idx_follow_ups_fingerprint",
		"SELECT * FROM follow_ups WHERE `by` = 'u' AND started_at > '2026'":                                                                                            "idx_follow_ups_by",
		"SELECT * FROM tasks WHERE assignee = 'u' AND status = 'open' ORDER BY due_at":                                                                                 "idx_tasks_assignee",
		"SELECT id, customer, kind, priority, due_at FROM tasks WHERE assignee IN ('u', 'v') AND status IN ('open', 'delayed') AND (due_at < '2026' OR kind = 'case')": "COVERING INDEX idx_tasks_assignee",
		"SELECT id, risk, tier FROM customers WHERE owner IN ('u', 'v') AND next_follow_up_on > '' AND next_follow_up_on <= '2026' AND stage != 'archived'":            "COVERING INDEX idx_customers_owner_next",
		"SELECT 1 FROM customers INDEXED BY idx_customers_archived WHERE id = 'c' AND stage = 'archived'":                                                              "COVERING INDEX idx_customers_archived (id=?)",
		"SELECT id FROM users WHERE away_until != '' AND away_until >= '2026'":                                                                                         "idx_users_away",
		"SELECT * FROM tasks WHERE customer = 'c' AND status = 'open'":                                                                                                 "idx_tasks_customer",
		"SELECT * FROM tasks WHERE status = 'open' AND due_at < '2026'":                                                                                                "idx_tasks_due",
		"SELECT * FROM tasks WHERE `key` = {:v}":                                                                                                                       "idx_tasks_key",
		"SELECT * FROM tasks WHERE follow_up = {:v}":                                                                                                                   "idx_tasks_follow_up",
		"SELECT * FROM signals WHERE customer = 'c' AND cleared_at = ''":                                                                                               "INDEX idx_signals_",
		"SELECT * FROM tier_changes WHERE customer = 'c' ORDER BY at DESC":                                                                                             "idx_tier_changes_customer",
		"SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1":                                                                                                            "idx_audit_log_seq",
		"SELECT * FROM audit_log WHERE collection = 'c' AND record = 'r' ORDER BY seq":                                                                                 "idx_audit_log_record",
		"SELECT * FROM audit_log WHERE action = 'sign_in_failed' AND ip = 'a' AND at > '2026'":                                                                         "idx_audit_log_action",
		"SELECT * FROM audit_log WHERE actor = 'u' AND at > '2026'":                                                                                                    "idx_audit_log_actor",
		"SELECT * FROM audit_log WHERE +action = 'update' AND collection = 'c' AND at <= '2026' ORDER BY at DESC, seq DESC LIMIT 51":                                   "idx_audit_log_collection (collection=? AND at<?)",
		"SELECT * FROM audit_log WHERE action IN ('export') ORDER BY at DESC, seq DESC LIMIT 51":                                                                       "idx_audit_log_done (action=?)",
		"SELECT * FROM audit_log WHERE collection = 'c' AND record = 'r' ORDER BY +at DESC, +seq DESC LIMIT 51":                                                        "idx_audit_log_record (collection=? AND record=?)",
		"SELECT * FROM job_runs WHERE job = 'tiers' ORDER BY started_at DESC LIMIT 1":                                                                                  "idx_job_runs_job",

		"SELECT * FROM contracts WHERE customer = 'c' ORDER BY starts_on DESC":                                                             "idx_contracts_customer",
		"SELECT * FROM contracts WHERE customer = 'c' ORDER BY created DESC LIMIT 50":                                                      "idx_contracts_history",
		"SELECT * FROM contracts WHERE status = 'active' AND ends_on < '2026'":                                                             "idx_contracts_ends",
		"SELECT * FROM cases WHERE customer = 'c' AND opened_at > '2026' ORDER BY opened_at":                                               "idx_cases_customer",
		"SELECT * FROM cases WHERE resolved_at = '' AND respond_by < '2026'":                                                               "idx_cases_respond",
		"SELECT * FROM cases WHERE assignee = 'u' AND resolved_at = ''":                                                                    "idx_cases_assignee",
		"SELECT * FROM cases WHERE customer = 'c' AND resolved_at = ''":                                                                    "idx_cases_unresolved",
		"SELECT * FROM cases WHERE follow_up = {:v}":                                                                                       "idx_cases_follow_up",
		"SELECT * FROM cases WHERE resolved_at != '' AND resolved_at >= '2026' ORDER BY resolved_at DESC":                                  "idx_cases_resolved",
		"SELECT * FROM tasks WHERE plan = {:v} ORDER BY due_at, id":                                                                        "idx_tasks_plan",
		"SELECT * FROM surveys WHERE customer = 'c' AND answered_at > '' ORDER BY answered_at":                                             "idx_surveys_customer",
		"SELECT * FROM surveys WHERE token_hash = {:v}":                                                                                    "idx_surveys_token_hash",
		"SELECT * FROM surveys WHERE customer = 'c' ORDER BY (CASE WHEN answered_at = '' THEN sent_at ELSE answered_at END) DESC LIMIT 50": "idx_surveys_history",

		"SELECT id FROM contacts WHERE birthday != '' AND substr(birthday, 6, 5) IN (SELECT value FROM json_each({:v})) AND left_on = ''":                                   "idx_contacts_birthday_day",
		"SELECT id FROM customers WHERE anniversary_on != '' AND substr(anniversary_on, 6, 5) IN (SELECT value FROM json_each({:v}))":                                       "idx_customers_anniversary_day",
		"SELECT id FROM customers WHERE owner = 'u' AND owner != '' AND stage != 'archived' AND (CASE WHEN reviewed_on = '' THEN created ELSE reviewed_on END) < '2026'":    "idx_customers_review",
		"SELECT id FROM customers WHERE owner = 'u' AND owner != '' AND stage != 'archived' AND last_follow_up_at < '2026' AND last_order_at < '2026' AND created < '2026'": "idx_customers_idle",
		"SELECT id FROM customers WHERE check_since != '' AND check_since <= '2026'":                                                                                        "idx_customers_check",
		"SELECT id FROM customers WHERE release_on != ''":                                                                             "idx_customers_release",
		"SELECT id FROM customers WHERE tier_pin_until != '' AND tier_pin_until >= '2026' AND tier_pin_until <= '2027'":               "idx_customers_pin",
		"SELECT id FROM contracts WHERE status = 'active' AND ends_on >= '2026' AND ends_on <= '2027'":                                "idx_contracts_ends",
		"SELECT id FROM tasks WHERE kind IN ('birthday', 'verify_info') AND status IN ('open', 'delayed') AND rule != '' ORDER BY id": "idx_tasks_kind",

		"SELECT * FROM signals WHERE customer = 'c' ORDER BY raised_at DESC LIMIT 50":                                            "idx_signals_history",
		"SELECT * FROM tasks WHERE customer = 'c' ORDER BY (CASE WHEN done_at = '' THEN created ELSE done_at END) DESC LIMIT 50": "idx_tasks_history",
	} {
		var steps []struct{ Detail string }
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + query).Bind(dbx.Params{"v": "v", "none": "[]"}).All(&steps); err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		uses := func(step struct{ Detail string }) bool { return strings.Contains(step.Detail, index) }
		if !slices.ContainsFunc(steps, uses) {
			t.Errorf("%s: the plan is %v, want %s", query, steps, index)
		}
	}
}
