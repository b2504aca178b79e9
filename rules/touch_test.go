package rules_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"touchbase/rules"
)

func TestChooseChannel(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, urgency, preferred, wanted string
		avoid                            []string
		channel, basis                   string
	}{
		{"urgent, prefers a messenger", rules.UrgencyUrgent, "wechat", "", nil, "wechat", rules.BasisPreferred},
		{"urgent, prefers mail", rules.UrgencyUrgent, "email", "", nil, "phone", rules.BasisUrgency},
		{"urgent, no phone", rules.UrgencyUrgent, "", "", []string{"phone"}, "wecom", rules.BasisUrgency},
		{"formal", rules.UrgencyFormal, "wechat", "", nil, "email", rules.BasisUrgency},
		{"formal, a visit is wanted", rules.UrgencyFormal, "wechat", "visit", nil, "visit", rules.BasisPlaybook},
		{"formal, prefers visits", rules.UrgencyFormal, "visit", "email", nil, "visit", rules.BasisPreferred},
		{"light", rules.UrgencyLight, "phone", "visit", nil, "wechat", rules.BasisUrgency},
		{"light, prefers text messages", rules.UrgencyLight, "sms", "", nil, "sms", rules.BasisPreferred},
		{"light, no WeChat", rules.UrgencyLight, "wechat", "", []string{"wechat"}, "sms", rules.BasisUrgency},
		{"light, neither", rules.UrgencyLight, "phone", "", []string{"wechat", "sms"}, "phone", rules.BasisElsewhere},
		{"routine", rules.UrgencyRoutine, "event", "phone", nil, "event", rules.BasisPreferred},
		{"routine, as the playbook says", rules.UrgencyRoutine, "", "phone", nil, "phone", rules.BasisPlaybook},
		{"routine, the preferred is to be avoided", rules.UrgencyRoutine, "phone", "phone", []string{"phone"}, "wechat", rules.BasisUrgency},
		{
			"nothing at all", rules.UrgencyRoutine, "phone", "", []string{"phone", "email", "visit", "online_meeting", "wechat", "wecom", "sms", "event"},
			"", rules.BasisElsewhere,
		},
	} {
		channel, basis := rules.ChooseChannel(tt.urgency, tt.preferred, tt.wanted, tt.avoid)
		if channel != tt.channel || basis != tt.basis {
			t.Errorf("%s: %s (%s), want %s (%s)", tt.name, channel, basis, tt.channel, tt.basis)
		}
	}
}

const touchToday = rules.Day(740000)

// touchBook are actions for a customer of tier A and of a segment.
var touchBook = []rules.PlannedAction{
	{Playbook: "tier", Number: 0, Name: [2]string{"A 类", "Tier A"}, Basis: "tier", What: [2]string{"白皮书", "Whitepaper"}, EveryDays: 60, Channel: "email", Role: "owner"},
	{Playbook: "segment", Number: 0, Name: [2]string{"潜力", "Potential"}, Basis: "segment", What: [2]string{"电话", "A call"}, EveryDays: 30, Channel: "phone", Role: "owner"},
	{Playbook: "segment", Number: 1, Name: [2]string{"潜力", "Potential"}, Basis: "segment", What: [2]string{"拜访", "A visit"}, EveryDays: 90, Channel: "visit", Role: "director"},
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	done := func(days ...rules.Day) []rules.PlannedAction {
		actions := slices.Clone(touchBook)
		for i, d := range days {
			if d != 0 {
				actions[i].LastDone = touchToday - d
			}
		}
		return actions
	}
	cause := append(done(), rules.PlannedAction{Playbook: "cause", Basis: "cause", What: [2]string{"折扣", "A discount"}, Channel: "phone", Role: "owner"})
	type want struct {
		what, channel, urgency, task string
		on                           rules.Day
	}
	for _, tt := range []struct {
		name  string
		facts rules.TouchFacts
		want  want
	}{
		{"nothing known", rules.TouchFacts{}, want{"A routine contact: ask how things are and what is needed", "wechat", rules.UrgencyRoutine, "", touchToday}},
		{"the segment before the tier", rules.TouchFacts{Actions: done()}, want{"A call", "phone", rules.UrgencyRoutine, "", touchToday}},
		{
			"what was done last is not suggested again", rules.TouchFacts{Actions: done(), Contacts: 1},
			want{"A visit", "visit", rules.UrgencyFormal, "", touchToday},
		},
		{"the segment's were done", rules.TouchFacts{Actions: done(0, 5, 5)}, want{"Whitepaper", "email", rules.UrgencyRoutine, "", touchToday}},
		{"all were done", rules.TouchFacts{Actions: done(5, 5, 5)}, want{"A routine contact: ask how things are and what is needed", "wechat", rules.UrgencyRoutine, "", touchToday}},
		{"due by the next date", rules.TouchFacts{Actions: done(5, 5, 5), Next: touchToday + 25}, want{"A call", "phone", rules.UrgencyRoutine, "", touchToday + 25}},
		{"the one due longest", rules.TouchFacts{Actions: done(5, 40, 130)}, want{"A visit", "visit", rules.UrgencyFormal, "", touchToday}},
		{"the cause first", rules.TouchFacts{Actions: cause}, want{"A discount", "phone", rules.UrgencyRoutine, "", touchToday}},
		{
			"silent", rules.TouchFacts{Actions: done(), TouchMode: rules.TouchLight, Preferred: "phone", Waiting: []rules.WaitingTask{{ID: "t", Kind: "light_touch"}}},
			want{"A light touch: share a piece of industry news, no pitch", "wechat", rules.UrgencyLight, "t", touchToday},
		},
		{
			"urgent before formal", rules.TouchFacts{TouchMode: rules.TouchLight, Preferred: "email", Next: touchToday + 9, Waiting: []rules.WaitingTask{
				{ID: "r", Kind: "contract_renewal", Due: touchToday + 1}, {ID: "n", Kind: "negative_feedback", Due: touchToday + 2},
			}},
			want{"Answer the negative feedback and say how it will be put right", "phone", rules.UrgencyUrgent, "n", touchToday},
		},
		{
			"formal", rules.TouchFacts{Preferred: "wechat", Waiting: []rules.WaitingTask{{ID: "o", Kind: "other"}, {ID: "r", Kind: "contract_renewal", Due: touchToday - 3}}},
			want{"Talk about renewing the contract", "email", rules.UrgencyFormal, "r", touchToday},
		},
		{
			"contacted today", rules.TouchFacts{Actions: done(), Last: rules.LastTouch{On: touchToday, Channel: "email", Responded: true}},
			want{"A call", "phone", rules.UrgencyRoutine, "", touchToday + 1},
		},
		{
			"no response by phone", rules.TouchFacts{Actions: done(), Last: rules.LastTouch{On: touchToday - 3, Channel: "phone"}},
			want{"A call", "wechat", rules.UrgencyRoutine, "", touchToday},
		},
		{
			"no response by the channel preferred", rules.TouchFacts{Actions: done(), Preferred: "phone", Last: rules.LastTouch{On: touchToday - 3, Channel: "phone"}},
			want{"A call", "phone", rules.UrgencyRoutine, "", touchToday},
		},
	} {
		tt.facts.Today = touchToday
		got := rules.Suggest(tt.facts)
		if have := (want{got.What[1], got.Channel, got.Urgency, got.Task, got.On}); have != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, have, tt.want)
		}
	}
	if got := rules.Suggest(rules.TouchFacts{Today: touchToday, Cases: []string{"a", "b", "c", "d"}}); !slices.Equal(got.Materials, []string{"a", "b", "c"}) {
		t.Errorf("it names the cases %v", got.Materials)
	}
}

// TestSuggestedTouches never goes by a channel to be avoided, is not in the past, and gives reasons in both languages.
func TestSuggestedTouches(t *testing.T) {
	t.Parallel()
	channels := []string{"", "phone", "email", "visit", "online_meeting", "wechat", "wecom", "sms", "event"}
	some := func(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }
	rapid.Check(t, func(t *rapid.T) {
		f := rules.TouchFacts{
			Today: touchToday, Tier: rapid.SampledFrom(append(rules.Tiers, "")).Draw(t, "tier"), TouchMode: some("", "normal", "light", "recovering").Draw(t, "mode"),
			Next:      rapid.SampledFrom([]rules.Day{0, touchToday - 5, touchToday + 5}).Draw(t, "next"),
			Preferred: rapid.SampledFrom(channels).Draw(t, "preferred"), Avoid: rapid.SliceOfDistinct(rapid.SampledFrom(channels[1:]), rapid.ID).Draw(t, "avoid"),
			Actions: touchBook[:rapid.IntRange(0, 3).Draw(t, "actions")], Contacts: rapid.IntRange(0, 5).Draw(t, "contacts"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "waiting") {
			f.Waiting = append(f.Waiting, rules.WaitingTask{
				ID: "t", Kind: some("case", "win_back", "handover", "contract_renewal", "light_touch", "other").Draw(t, "kind"), Due: touchToday + 1,
			})
		}
		if rapid.Bool().Draw(t, "known") {
			f.Last = rules.LastTouch{On: touchToday - 1, Channel: rapid.SampledFrom(channels).Draw(t, "last"), Responded: rapid.Bool().Draw(t, "responded")}
		}
		got := rules.Suggest(f)
		if slices.Contains(f.Avoid, got.Channel) || (got.Channel == "") != (len(f.Avoid) == len(channels)-1) {
			t.Fatalf("by %q, avoiding %v", got.Channel, f.Avoid)
		}
		if got.On < touchToday || got.What[0] == "" || got.What[1] == "" {
			t.Fatalf("%+v", got)
		}
		for _, r := range got.Reasons {
			zh, en := r.Words(rules.Chinese), r.Words(rules.English)
			if !strings.ContainsFunc(zh, func(c rune) bool { return unicode.Is(unicode.Han, c) }) || strings.Contains(zh+en, "%!") || zh == r.Rule ||
				r.Rule != rules.TouchAction && strings.ContainsFunc(en, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
				t.Fatalf("%+v is told as %q and %q", r, zh, en)
			}
		}
	})
}
