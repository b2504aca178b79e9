package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/rules"
)

// judgement is what somebody would write who judges by SQL alone: one statement that aggregates the facts of the customers, by the
// same indexes as we read them, and updates the columns of a judgement. It has the figures the rules ask for, not every rule: it is there to
// cost what such a statement costs at the least. %WHO% is whom to judge, %OF% what
// keeps to their rows, %ONLY% which of them to write.
const judgement = `
WITH who AS MATERIALIZED (%WHO%),
bought AS MATERIALIZED (SELECT customer,
		round(sum(CASE WHEN ordered_at >= :year THEN amount ELSE 0 END), 2) annual,
		round(sum(CASE WHEN ordered_at >= :window THEN amount ELSE 0 END), 2) window_amount,
		sum(ordered_at >= :window AND amount >= 0) window_orders,
		max(CASE WHEN amount >= 0 THEN ordered_at END) last_at,
		min(CASE WHEN amount >= 0 THEN ordered_at END) first_at,
		min(CASE WHEN ordered_at >= :year THEN ordered_at END) leaves_at,
		sum(ordered_at >= :d90 AND amount >= 0) n90, sum(ordered_at >= :d180 AND ordered_at < :d90 AND amount >= 0) n180,
		sum(CASE WHEN ordered_at >= :d90 THEN amount ELSE 0 END) sum90,
		sum(CASE WHEN ordered_at >= :d180 AND ordered_at < :d90 THEN amount ELSE 0 END) sum180,
		sum(due_on < :today AND due_on != '' AND paid_on = '' AND amount >= 0) overdue,
		json_group_array(DISTINCT product) FILTER (WHERE amount >= 0) products
	FROM orders WHERE %OF% AND ordered_at <= :now AND NOT cancelled GROUP BY customer),
talked AS MATERIALIZED (SELECT customer, sum(started_at >= :d30 AND feedback != 'no_response') n30,
		sum(started_at >= :d120 AND started_at < :d30 AND feedback != 'no_response') n120, sum(started_at >= :d60 AND competitor != '') rivals
	FROM follow_ups WHERE %OF% AND started_at <= :now GROUP BY customer),
lived AS MATERIALIZED (SELECT customer, max(at) last_at, max(CASE WHEN gap > 30 THEN at END) woken_at FROM (
		SELECT customer, at, julianday(at, '+8 hours', 'start of day')
			- lag(julianday(at, '+8 hours', 'start of day')) OVER (PARTITION BY customer ORDER BY at) gap FROM (
			SELECT customer, started_at at FROM follow_ups
				WHERE %OF% AND started_at <= :now AND feedback != 'no_response'
			UNION ALL SELECT customer, ordered_at FROM orders
				WHERE %OF% AND ordered_at <= :now AND NOT cancelled AND amount >= 0
			UNION ALL SELECT customer, opened_at FROM cases WHERE %OF% AND opened_at <= :now
			UNION ALL SELECT customer, answered_at FROM surveys
				WHERE %OF% AND answered_at != '' AND answered_at <= :now))
	GROUP BY customer),
served AS MATERIALIZED (SELECT customer, sum(kind = 'complaint' AND opened_at >= :d90) c90,
		sum(kind = 'complaint' AND opened_at >= :d180 AND opened_at < :d90) c180, max(severity = 'major' AND kind = 'complaint' AND opened_at >= :year) major,
		sum(resolved_at = '' AND respond_by < :today) late, max(resolved_at = '' AND reopened >= 2) reopened
	FROM cases WHERE %OF% AND opened_at <= :now GROUP BY customer),
asked AS MATERIALIZED (SELECT customer, max(CASE WHEN n = 1 THEN satisfaction END) satisfaction,
		max(CASE WHEN n = 2 THEN nps END) - max(CASE WHEN n = 1 THEN nps END) dropped FROM (
		SELECT customer, nps, satisfaction, row_number() OVER (PARTITION BY customer ORDER BY answered_at DESC) n FROM surveys
		WHERE %OF% AND answered_at != '' AND answered_at <= :now) WHERE n <= 2 GROUP BY customer),
known AS MATERIALIZED (SELECT customer, max(left_on = '') contact, max(left_on = '' AND phone != '') phone, max(left_on = '' AND is_decision_maker) decides,
		sum(left_as_primary AND left_on >= :d90) replaced
	FROM contacts WHERE %OF% GROUP BY customer),
todo AS MATERIALIZED (SELECT customer, count(*) n FROM tasks
	WHERE %OF% AND status IN ('open', 'in_progress', 'delayed') GROUP BY customer),
facts AS (SELECT c.id, c.stage, c.need, c.assess_due_at, c.declared_annual_purchase declared, b.*, l.last_at lived_at, coalesce(l.woken_at, '') woken_at, coalesce(t.n, 0) todo,
		coalesce(k.contact, 0) contact, coalesce(k.phone, 0) phone, c.decision_maker != '' OR coalesce(k.decides, 0) decides, c.core_need, c.budget_range, c.preferred_channel,
		c.intent = 'high' AND c.need = 'strong' OR c.influence = 'high' AND c.fit = 'high' promising,
		max(coalesce(b.annual, 0), CASE WHEN b.first_at IS NULL OR b.first_at >= :year THEN c.declared_annual_purchase ELSE 0 END) purchase,
		date(coalesce(l.last_at, c.first_contact_on), '+8 hours') last_day, f.started_at followed_at, f.status, f.resume_on, f.id follow_up,
		(b.n90 = 0 AND b.n180 > 0) + (2 * b.n90 <= b.n180 AND b.n180 >= 2) + (2 * b.sum90 <= b.sum180 AND b.sum180 > 0) + (o.rivals > 0) + (k.replaced > 0)
			+ (6 * o.n30 <= o.n120 AND o.n120 >= 6) + (b.overdue > 0) + coalesce(s.c90 > s.c180 AND s.c90 >= 2, 0)
			+ coalesce(s.late >= 2 OR s.reopened, 0) + coalesce(a.satisfaction < 7, 0) + coalesce(a.dropped >= 2, 0) signals,
		c.renewal_intent = 'strong' AND NOT coalesce(s.major, 0) loyal, coalesce(nullif(c.cooperation_since, ''), b.first_at) since
	FROM who w JOIN customers c ON c.id = w.id LEFT JOIN bought b ON b.customer = c.id LEFT JOIN lived l ON l.customer = c.id
		LEFT JOIN talked o ON o.customer = c.id LEFT JOIN served s ON s.customer = c.id
		LEFT JOIN asked a ON a.customer = c.id LEFT JOIN known k ON k.customer = c.id LEFT JOIN todo t ON t.customer = c.id
		LEFT JOIN follow_ups f ON f.id = (SELECT id FROM follow_ups x WHERE x.customer = c.id AND x.started_at <= :now ORDER BY started_at DESC LIMIT 1)),
axes AS (SELECT *, CASE WHEN purchase >= :high THEN 'high' WHEN purchase >= 100000 THEN 'mid' ELSE 'low' END value,
		CASE WHEN promising THEN 'key' WHEN need IN ('', 'vague') THEN 'watching' ELSE 'potential' END potential,
		last_day < date(:now, '+8 hours', '-30 days') silent,
		(SELECT count(*) FROM follow_ups x WHERE x.customer = facts.id AND x.started_at > woken_at AND x.started_at <= :now AND x.feedback != 'no_response') steps,
		CASE WHEN status = 'to_follow_up' THEN (SELECT max(due_at) FROM tasks WHERE follow_up = facts.follow_up AND kind = 'next_action'
			AND status IN ('open', 'in_progress', 'delayed')) END step_due
	FROM facts),
tiers AS (SELECT *, CASE WHEN value = 'high' AND potential = 'key' THEN 'S' WHEN value = 'high' OR potential = 'key' THEN 'A'
		WHEN last_at IS NULL AND declared = 0 OR value = 'low' AND potential = 'watching' THEN 'C' ELSE 'B' END tier FROM axes),
judged AS (SELECT *, CASE WHEN status = 'on_hold' THEN resume_on WHEN step_due != '' THEN date(step_due, '+8 hours') || ' 00:00:00.000Z'
		ELSE date(coalesce(followed_at, :now), '+8 hours', printf('+%d days', CASE tier WHEN 'S' THEN :s WHEN 'A' THEN :a WHEN 'B' THEN :b ELSE :c END
			* CASE WHEN silent AND followed_at > last_day THEN 2 WHEN woken_at != '' AND steps < 2 THEN 1.5 ELSE 1 END)) || ' 00:00:00.000Z' END next_on,
		json_array(json_object('rule', 'value', 'value', value, 'annual_purchase', purchase, 'high', :high, 'mid', 100000),
			json_object('rule', 'potential', 'potential', potential, 'need', need), json_object('rule', 'tier', 'tier', tier, 'ordered', last_at IS NOT NULL)) reason,
		json_array(iif(contact, NULL, 'contact'), iif(phone, NULL, 'phone'), iif(decides, NULL, 'decision_maker'), iif(core_need = '', 'core_need', NULL)) missing,
		datetime(coalesce(min(coalesce(leaves_at, :now), coalesce(lived_at, :now)), :now), '+365 days') || '.000Z' due_at
	FROM tiers)
UPDATE customers SET tier = j.tier, tier_reason = j.reason, value = j.value, potential = j.potential, silent = j.silent,
	silent_since = iif(j.silent, date(j.last_day, '+31 days') || ' 00:00:00.000Z', ''),
	touch_mode = CASE WHEN j.silent THEN 'light' WHEN j.woken_at != '' AND j.steps < 2 THEN 'recovering' ELSE 'normal' END,
	last_follow_up_at = coalesce(j.followed_at, ''), last_interaction_at = coalesce(j.lived_at, ''), next_follow_up_on = j.next_on,
	last_order_at = coalesce(j.last_at, ''), annual_purchase = j.purchase, window_orders = coalesce(j.window_orders, 0),
	window_amount = coalesce(j.window_amount, 0), products_bought = coalesce(j.products, '[]'), open_tasks = j.todo, missing_info = j.missing,
	risk = CASE WHEN coalesce(j.signals, 0) = 0 THEN 'stable' WHEN j.signals < 3 THEN 'warning' ELSE 'churn_risk' END,
	segment = CASE WHEN j.signals >= 3 THEN 'churn_risk' WHEN j.purchase >= :high AND j.loyal AND date(j.since, '+2 years') <= date(:now) THEN 'high_value_stable'
		WHEN j.purchase >= 300000 THEN 'high_value_potential' ELSE 'standard' END,
	stage = iif(j.last_at IS NULL, customers.stage, 'active'), assess_due_at = j.due_at, assessed_at = :now
FROM judged j WHERE customers.id = j.id %ONLY%`

// The parts of the statement that differ.
const (
	whoListed   = "SELECT value id FROM json_each(:ids)"
	whoAll      = "SELECT id FROM customers WHERE stage != 'archived'"
	onlyChanged = ` AND (customers.tier, customers.tier_reason, customers.value, customers.potential, customers.silent, customers.last_follow_up_at,
		customers.last_interaction_at, customers.next_follow_up_on, customers.last_order_at, customers.annual_purchase, customers.window_orders,
		customers.window_amount, customers.products_bought, customers.open_tasks, customers.missing_info, customers.assess_due_at)
	IS NOT (j.tier, j.reason, j.value, j.potential, j.silent, coalesce(j.followed_at, ''), coalesce(j.lived_at, ''), j.next_on, coalesce(j.last_at, ''), j.purchase,
		coalesce(j.window_orders, 0), coalesce(j.window_amount, 0), coalesce(j.products, '[]'), j.todo, j.missing, j.due_at)`
)

// judgeBySQL judges by the one statement, as of a moment: the customers of a list, or (nil) all of them, of which it then writes
// those that change. It gives how many it wrote.
func judgeBySQL(ctx context.Context, app core.App, ids []string, now time.Time) (int64, error) {
	db, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return 0, errors.New("the statement is a transaction of its own")
	}
	who, of, only := whoAll, "TRUE", onlyChanged // to look up for every row whether it is one of all would cost a sixth more
	if ids != nil {
		who, of, only = whoListed, "customer IN (SELECT id FROM who)", ""
	}
	policy, err := crm.LoadPolicy(app)
	if err != nil {
		return 0, err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	today := rules.DayOf(now, now.Location())
	from := func(days rules.Day) string { return crm.FormatMoment((today - days + 1).Start(now.Location())) }
	statement := strings.NewReplacer("%WHO%", who, "%OF%", of, "%ONLY%", only).Replace(judgement)
	args := []any{
		sql.Named("now", crm.FormatMoment(now)), sql.Named("today", crm.FormatMoment(today.Time())), sql.Named("year", from(365)), sql.Named("window", from(365)),
		sql.Named("d30", from(30)), sql.Named("d60", from(60)), sql.Named("d90", from(90)), sql.Named("d120", from(120)), sql.Named("d180", from(180)),
		sql.Named("high", policy.ValueHigh), sql.Named("s", policy.Tiers[rules.TierS].CadenceDays), sql.Named("a", policy.Tiers[rules.TierA].CadenceDays),
		sql.Named("b", policy.Tiers[rules.TierB].CadenceDays), sql.Named("c", policy.Tiers[rules.TierC].CadenceDays),
	}
	if ids != nil {
		args = append(args, sql.Named("ids", string(list)))
	}
	result, err := db.DB().ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// scores is what the scores of RFM come to by SQL: quantiles of the population, and an update of the rows that get others.
const scores = `
WITH population AS MATERIALIZED (SELECT id, rfm, julianday(:now, '+8 hours', 'start of day') - julianday(last_order_at, '+8 hours', 'start of day') days,
		window_orders, window_amount FROM customers WHERE window_orders > 0 AND stage != 'archived'),
ranked AS (SELECT id, rfm, percent_rank() OVER (ORDER BY days) d, percent_rank() OVER (ORDER BY window_orders) f, percent_rank() OVER (ORDER BY window_amount) m
	FROM population),
scored AS (SELECT id, rfm, 5 - (d > .2) - (d > .4) - (d > .6) - (d > .8) r, 1 + (f > .2) + (f > .4) + (f > .6) + (f > .8) f,
		1 + (m > .2) + (m > .4) + (m > .6) + (m > .8) m FROM ranked),
grouped AS (SELECT id, rfm, json_object('r', r, 'f', f, 'm', m, 'group', CASE WHEN r >= 4 AND f >= 3 AND m >= 3 AND (f >= 4 OR m >= 4) THEN 'core'
		WHEN r = 1 OR r = 2 AND f <= 2 THEN 'dormant' WHEN r >= 3 AND (f >= 3 OR m >= 3) THEN 'potential' ELSE 'normal' END) wanted FROM scored)
UPDATE customers SET rfm = g.wanted FROM grouped g WHERE customers.id = g.id AND g.rfm IS NOT g.wanted`

// scoreBySQL gives everybody of the population their scores by the one statement.
func scoreBySQL(ctx context.Context, app core.App, now time.Time) error {
	db, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("the statement is a transaction of its own")
	}
	_, err := db.DB().ExecContext(ctx, scores, sql.Named("now", crm.FormatMoment(now)))
	return err
}

// logBySQL writes an entry of the log for every customer judged at a moment, as long as ours are of three changed columns, but without
// the chain of hashes.
func logBySQL(ctx context.Context, app core.App, now time.Time) error {
	db, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("the statement is a transaction of its own")
	}
	_, err := db.DB().ExecContext(ctx, `INSERT INTO audit_log (seq, at, actor, action, collection, record, changes, digests, hash, `+"`key`"+`, created, updated)
		SELECT (SELECT max(seq) FROM audit_log) + row_number() OVER (ORDER BY id), :now, '', 'update', 'customers', id,
			json_object('next_follow_up_on', json_object('from', last_follow_up_at, 'to', next_follow_up_on), 'tier_reason', json_object('from', '', 'to', json(tier_reason))),
			json_object('next_follow_up_on', json_object('from', hex(randomblob(16)), 'to', hex(randomblob(16))), 'tier_reason', json_object('to', hex(randomblob(16)))),
			hex(randomblob(32)), 'bench', :now, :now FROM customers WHERE assessed_at = :now`, sql.Named("now", crm.FormatMoment(now)))
	return err
}
