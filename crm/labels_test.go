package crm

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// contractFields are the fields of domain.md section 1 of the labelled collections, besides id,
// created and updated (which are moments: what an import created and updated is counted in rows_created
// and rows_updated).
var contractFields = map[string]string{
	"customers": `name code credit_code industry region size annual_revenue website address source
		first_contact_on owner collaborators team cooperation_since declared_annual_purchase purchase_cycle
		budget_range renewal_intent expected_cooperation pain_points core_need future_need long_term_goal
		custom_strategy decision_maker competitors intent need influence fit outlook expected_close_on
		preferred_channel avoid_channels anniversary_on notes tags verified_sources verified_on reviewed_on
		tier_pin tier_pin_reason tier_pin_until stage archived_reason tier tier_reason value potential risk
		segment rfm churn_cause silent silent_since touch_mode last_follow_up_at last_interaction_at
		next_follow_up_on last_order_at annual_purchase window_orders window_amount products_bought
		open_tasks missing_info needs_check name_key assigned assessed_at assess_due_at import rev
		archived_from automatic_tags light_touch check_since held_since release_on`,
	"contacts": `customer name title phone email wechat preferred_channel is_primary is_decision_maker
		birthday note left_on successor left_as_primary phone_masked email_masked wechat_masked import rev`,
	"orders":    `customer number ordered_at product category kind amount cost due_on paid_on cancelled owner import`,
	"contracts": `customer number starts_on ends_on amount status`,
	"cases": `customer contact by kind severity subject detail opened_at respond_by responded_at resolved_at reopened
		assignee topics given_by grants follow_up`,
	"surveys": `customer contact sent_at expires_at token_hash answered_at nps satisfaction comment`,
	"follow_ups": `customer contact by by_name our_people their_people direction channel kind started_at
		ended_at purpose content key_points commitments feedback mood competitor next_action next_action_on
		next_action_by status resume_on attachments campaign topics recorded_late pace_exceeded
		channel_mismatch templated fingerprint import rev`,
	"tasks": `customer title detail kind by assignee department channel due_at priority status result
		delay_reason postponed postpone_reason done_at follow_up plan rule key cause given_by grants
		reminded_at escalated_at rev`,
	"users": `name email emailVisibility verified avatar phone role team department active away_until
		substitute locale notify password tokenKey`,
	"teams": `name region`,
	"tiers": `code name cadence_days silent_after_days max_gap_days owner_role strategy`,
	"policy": `currency timezone country value_high value_mid layer_potential light_factor recovery_factor
		recovery_steps contacts_per_day record_within_hours templated_count templated_days
		respond_negative_hours respond_case_hours respond_major_hours win_back_hours remind_before_hours
		escalate_after_hours contract_notice_days lead_days review_every_days release_after_days take_per_day
		reveal_per_hour new_rate retention_rate channel_costs quiet_from quiet_to digest_at holidays workdays
		tier_model rfm_window_days rfm_bounds rev`,
	"risk_rules":       `signal enabled severity threshold window_days`,
	"signals":          `customer signal severity evidence raised_at cleared_at`,
	"tier_changes":     `customer from to reasons cause by at`,
	"audit_log":        `at actor actor_collection ip action collection record changes note seq hash key digests`,
	"job_runs":         `job started_at finished_at status examined changed error cause simulated`,
	"imports":          `file kind by status rows rows_created rows_updated skipped problems`,
	"industries":       `code name name_en aliases`,
	"tags":             `name group colour automatic`,
	"notifications":    `user kind title body customer task read_at key urgent`,
	"deliveries":       `user channel notification digest_on status attempts next_at error sent_at key lane target title text`,
	"plans":            `name period team owner goals deleted_lines`,
	"playbooks":        `name name_en tier segment rfm_group cause actions expected_effect expected_effect_en materials`,
	"materials":        `title title_en kind industries tiers scene text text_en file`,
	"campaigns":        `name starts_on ends_on channel`,
	"campaign_members": `campaign customer reached_at response`,
}

const (
	contractChannels = "phone|email|visit|online_meeting|wechat|wecom|sms|event"
	contractCauses   = "price|upgrade|relationship|service"
	contractSignals  = "no_orders|order_count_drop|order_amount_drop|contact_replaced|unresolved_cases|" +
		"interaction_drop|complaints_up|competitor|nps_drop|low_satisfaction|overdue_payment|silent|" +
		"negative_feedback|owner_says"
)

// contractValues are the values of every select of domain.md, as written there.
var contractValues = map[string]string{
	"customers.size":              "1-50|51-100|101-500|501-1000|1000+",
	"customers.source":            "website|trade_show|referral|cold_call|visit|online|third_party|import|other",
	"customers.purchase_cycle":    "weekly|monthly|quarterly|yearly|irregular",
	"customers.renewal_intent":    "strong|unsure|weak",
	"customers.intent":            "high|low|unclear",
	"customers.need":              "strong|some|vague",
	"customers.influence":         "high|medium|low",
	"customers.fit":               "high|medium|low",
	"customers.outlook":           "intent_clear|watching|churn_risk",
	"customers.preferred_channel": contractChannels,
	"customers.avoid_channels":    contractChannels,
	"customers.verified_sources":  "official_website|business_registry|customer|site_visit|other",
	"customers.stage":             "prospect|active|archived",
	"customers.tier":              "S|A|B|C",
	"customers.tier_pin":          "S|A|B|C",
	"customers.value":             "high|mid|low",
	"customers.potential":         "key|potential|watching",
	"customers.risk":              "stable|warning|churn_risk",
	"customers.segment":           "high_value_stable|high_value_potential|standard|churn_risk",
	"customers.churn_cause":       contractCauses,
	"customers.touch_mode":        "normal|light|recovering",
	"customers.missing_info": "contact|phone|decision_maker|core_need|budget_range|preferred_channel|" +
		"renewal_intent|verified_sources",
	"contacts.preferred_channel": contractChannels,
	"orders.kind":                "new|renewal|repeat|return",
	"contracts.status":           "active|renewed|ended",
	"cases.kind":                 "question|complaint|request",
	"cases.severity":             "minor|major",
	"follow_ups.direction":       "out|in",
	"follow_ups.channel":         contractChannels,
	"follow_ups.kind":            "first_contact|needs|proposal|care|service|complaint|win_back|campaign|other",
	"follow_ups.feedback":        "positive|neutral|negative|no_response",
	"follow_ups.mood":            "satisfied|interested|hesitant|dissatisfied",
	"follow_ups.status":          "to_follow_up|confirmed|on_hold",
	"tasks.kind": "next_action|promise|maintenance|win_back|negative_feedback|case|handover|" +
		"contract_renewal|birthday|anniversary|light_touch|profile_review|verify_info|other",
	"tasks.department":    "sales|service|technical|finance|marketing|management",
	"tasks.channel":       contractChannels,
	"tasks.priority":      "high|normal|low",
	"tasks.status":        "open|in_progress|done|delayed|cancelled",
	"tasks.cause":         contractCauses,
	"users.role":          "rep|support|manager|director",
	"users.department":    "sales|service|technical|finance|marketing|management",
	"users.locale":        "zh-CN|en",
	"tiers.code":          "S|A|B|C",
	"tiers.owner_role":    "rep|support|manager|director",
	"policy.tier_model":   "value_potential|rfm|project|service",
	"risk_rules.signal":   contractSignals,
	"risk_rules.severity": "warning|critical",
	"signals.signal":      contractSignals,
	"signals.severity":    "warning|critical",
	"tier_changes.from":   "S|A|B|C",
	"tier_changes.to":     "S|A|B|C",
	"tier_changes.cause":  "job|event|pin|policy",
	"job_runs.job":        "tiers|reminders|response|care|duplicates|reports|digest",
	"job_runs.cause":      "schedule|catch_up|manual|policy",
	"audit_log.action": "create|update|delete|export|reveal|sign_in|sign_in_failed|policy|merge|import|erase|" +
		"restore|admin",
	"imports.kind":              "customers|contacts|orders|follow_ups",
	"tags.group":                "basic|behaviour|demand",
	"playbooks.tier":            "S|A|B|C",
	"playbooks.segment":         "high_value_stable|high_value_potential|standard|churn_risk",
	"plans.goals":               "renewal_rate|activation_rate|repurchase_rate|satisfaction|nps|response_hours|on_time_rate",
	"playbooks.rfm_group":       "core|potential|normal|dormant",
	"playbooks.cause":           contractCauses,
	"materials.kind":            "case|whitepaper|script|offer|news|training",
	"materials.tiers":           "S|A|B|C",
	"campaigns.channel":         contractChannels,
	"campaign_members.response": "interested|joined|declined|none",

	"customers.archived_from": "prospect|active",

	// domain.md describes these and leaves the identifiers to the schema.
	"customers.needs_check": "size_revenue|cooperation_since|phone|identity_number|bank_card",
	"imports.status":        "running|done|failed|interrupted",
	"job_runs.status":       "running|done|failed|stopped",
	"deliveries.channel":    "email|wecom|dingtalk|lark|slack|webhook",
	"deliveries.status":     "waiting|sent|failed|dropped",
	"notifications.kind":    "task_given|task_due|task_late|task_escalated|task_done|task_postponed|task_cancelled|taken_over|standing_in|response_due|response_late|negative_feedback|win_back|pace_exceeded|long_hold|contact_left|birthday|anniversary|holiday|contract_ending|pin_ending|profile_review|verify_info|released|tier_s|found|delivery_failed",
}

func TestLabelsCoverTheContract(t *testing.T) {
	t.Parallel()
	for collection, names := range contractFields {
		want := append(strings.Fields(names), "id", "created", "updated")
		slices.Sort(want)
		got := slices.Sorted(maps.Keys(labels().Collections[collection]))
		if !slices.Equal(got, want) {
			t.Errorf("%s: labelled fields\n%v\nwant\n%v", collection, got, want)
		}
	}
	if len(labels().Collections) != len(contractFields) {
		t.Errorf("%d collections are labelled, want %d", len(labels().Collections), len(contractFields))
	}
}

func TestLabelsHoldTheSelectValues(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for collection, fields := range labels().Collections {
		for field, l := range fields {
			want, isSelect := contractValues[collection+"."+field]
			if isSelect != (l.Select != "") {
				t.Errorf("%s.%s: labelled as select %q, contract says select: %v", collection, field, l.Select, isSelect)
				continue
			}
			if !isSelect {
				continue
			}
			used[l.Select] = true
			wanted := strings.Split(want, "|")
			slices.Sort(wanted)
			if got := slices.Sorted(maps.Keys(labels().Selects[l.Select])); !slices.Equal(got, wanted) {
				t.Errorf("%s.%s: values %v, want %v", collection, field, got, wanted)
			}
		}
	}
	for name := range labels().Selects {
		if !used[name] {
			t.Errorf("select %q is used by no field", name)
		}
	}
}

func TestLabelsAreNeverAmbiguous(t *testing.T) {
	t.Parallel()
	for _, groups := range []map[string]map[string]label{labels().Collections, labels().Selects} {
		for group, entries := range groups {
			owner := map[string]string{}
			for identifier, l := range entries {
				for _, name := range l.names(identifier) {
					key := foldLabel(name)
					if key == "" {
						t.Errorf("%s.%s: %q has nothing to recognise it by", group, identifier, name)
					}
					if other, taken := owner[key]; taken && other != identifier {
						t.Errorf("%s: %q means both %s and %s", group, name, other, identifier)
					}
					owner[key] = identifier
				}
			}
		}
	}
}

func TestLabelsExistInBothLanguages(t *testing.T) {
	t.Parallel()
	isHan := func(r rune) bool { return unicode.Is(unicode.Han, r) }
	for _, groups := range []map[string]map[string]label{labels().Collections, labels().Selects, {"names": labels().Names}} {
		for group, entries := range groups {
			for identifier, l := range entries {
				if !strings.ContainsFunc(l.Chinese, isHan) {
					t.Errorf("%s.%s: Chinese label %q", group, identifier, l.Chinese)
				}
				if l.English == "" || strings.ContainsFunc(l.English, isHan) {
					t.Errorf("%s.%s: English label %q", group, identifier, l.English)
				}
			}
		}
	}
}

func TestFieldByLabel(t *testing.T) {
	t.Parallel()
	tests := []struct{ collection, heading, want string }{
		{"customers", "name", "name"},
		{"customers", "企业名称", "name"},
		{"customers", "＊客户名称", "name"},
		{"customers", "* 客户名称（必填）", "name"},
		{"customers", "客户名称*", "name"},
		{"customers", "COMPANY  NAME", "name"},
		{"customers", "Ｃｏｍｐａｎｙ", "name"},
		{"customers", "credit_code", "credit_code"},
		{"customers", "Credit-Code", "credit_code"},
		{"customers", "税号：", "credit_code"},
		{"customers", "规模(人)", "size"},
		{"customers", "首次接触日期（YYYY-MM-DD）", "first_contact_on"},
		{"customers", "客户 经理", "owner"},
		{"customers", "省份", "region"},
		{"orders", "金额(元)", "amount"},
		{"orders", "金额（元）", "amount"},
		{"orders", "金额【人民币】", "amount"},
		{"orders", "金额\n(元)", "amount"},
		{"orders", " Amount ", "amount"},
		{"orders", "Amount (¥)", "amount"},
		{"orders", "InvoiceDate", "ordered_at"},
		{"orders", "发票号", "number"},
		{"contacts", "联系人", "name"},
		{"contacts", "联系人(电话)", "phone"}, // the bracket is part of the name here, not a unit
		{"contacts", "公司名称", "customer"},
		{"follow_ups", "下次跟进时间", "next_action_on"},
		{"follow_ups", "状态", "status"},
		{"policy", "负面反馈响应时限(小时)", "respond_negative_hours"},

		{"orders", "金额(万元)", ""}, // figures in this column are ten thousand times too small
		{"orders", "金额(美元)", ""},
		{"orders", "(元)", ""},
		{"orders", "金额)元(", ""},
		{"orders", "", ""},
		{"orders", "***", ""},
		{"orders", "客户名", ""},
		{"nowhere", "name", ""},
	}
	for _, tt := range tests {
		got, ok := FieldByLabel(tt.collection, tt.heading)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("FieldByLabel(%s, %q) = %q, %v; want %q", tt.collection, tt.heading, got, ok, tt.want)
		}
	}
}

func TestValueByLabel(t *testing.T) {
	t.Parallel()
	tests := []struct{ collection, field, text, want string }{
		{"customers", "size", "1-50", "1-50"},
		{"customers", "size", "1～50", "1-50"},
		{"customers", "size", "１－５０人", "1-50"},
		{"customers", "size", "51 – 100 人", "51-100"},
		{"customers", "size", "1,000+", "1000+"},
		{"customers", "size", "1000人以上", "1000+"},
		{"customers", "size", "Jan-50", "1-50"}, // what a spreadsheet makes of 1-50
		{"customers", "size", "Jan 50", "1-50"},
		{"customers", "size", "150", ""},
		{"customers", "size", "1000", ""},
		{"customers", "source", "官网", "website"},
		{"customers", "source", "Trade Show", "trade_show"},
		{"customers", "source", "陌生拜访/电话", "cold_call"},
		{"customers", "source", "转介绍", "referral"},
		{"customers", "tier_pin", "s类", "S"},
		{"customers", "tier_pin", "Ｓ", "S"},
		{"follow_ups", "channel", "企业微信", "wecom"},
		{"follow_ups", "channel", "ONLINE_MEETING", "online_meeting"},
		{"follow_ups", "feedback", "无回应", "no_response"},
		{"follow_ups", "status", " 暂缓 ", "on_hold"},
		{"follow_ups", "status", "on-hold", "on_hold"},
		{"users", "locale", "zh-CN", "zh-CN"},
		{"follow_ups", "status", "", ""},
		{"follow_ups", "status", "大概吧", ""},
		{"follow_ups", "content", "待跟进", ""},
		{"nowhere", "status", "待跟进", ""},
	}
	for _, tt := range tests {
		got, ok := ValueByLabel(tt.collection, tt.field, tt.text)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("ValueByLabel(%s.%s, %q) = %q, %v; want %q", tt.collection, tt.field, tt.text, got, ok, tt.want)
		}
	}
}

func TestLabelsByLocale(t *testing.T) {
	t.Parallel()
	tests := []struct{ got, want string }{
		{FieldLabel("customers", "size", "zh-CN"), "企业规模"},
		{FieldLabel("customers", "size", "en"), "Company size"},
		{FieldLabel("customers", "size", ""), "企业规模"},
		{FieldLabel("customers", "shoe_size", "en"), "shoe_size"},
		{FieldLabel("nowhere", "size", "en"), "size"},
		{ValueLabel("customers", "size", "1-50", "zh-CN"), "1-50人"},
		{ValueLabel("follow_ups", "feedback", "no_response", "en"), "No response"},
		{ValueLabel("customers", "tier", "S", "zh-CN"), "S类"},
		{ValueLabel("follow_ups", "feedback", "odd", "en"), "odd"},
		{ValueLabel("customers", "name", "positive", "en"), "positive"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// Whatever a label or alias is wrapped in by a spreadsheet, it still means the same.
func TestEveryNameIsRecognised(t *testing.T) {
	t.Parallel()
	for collection, fields := range labels().Collections {
		for field, l := range fields {
			for _, name := range l.names(field) {
				for _, heading := range []string{name, "*" + name, " " + strings.ToUpper(name) + "　", name + "（必填）"} {
					if got, ok := FieldByLabel(collection, heading); !ok || got != field {
						t.Errorf("FieldByLabel(%s, %q) = %q, %v; want %s", collection, heading, got, ok, field)
					}
				}
			}
			for value, vl := range labels().Selects[l.Select] {
				for _, name := range vl.names(value) {
					if got, ok := ValueByLabel(collection, field, name); !ok || got != value {
						t.Errorf("ValueByLabel(%s.%s, %q) = %q, %v; want %s", collection, field, name, got, ok, value)
					}
				}
			}
		}
	}
}
