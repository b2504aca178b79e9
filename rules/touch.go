package rules

import (
	"cmp"
	"slices"
)

// How urgent a touch is. The channel follows from it [003].
const (
	UrgencyUrgent  = "urgent"  // by phone or messenger
	UrgencyFormal  = "formal"  // by mail or visit
	UrgencyLight   = "light"   // by WeChat or text message
	UrgencyRoutine = "routine" // as the customer prefers, else as the playbook says
)

// fitting are the channels that fit an urgency, the best first.
var fitting = map[string][]string{
	UrgencyUrgent:  {"phone", "wecom", "wechat"},
	UrgencyFormal:  {"email", "visit", "online_meeting", "event"},
	UrgencyLight:   {"wechat", "sms"},
	UrgencyRoutine: {"wechat", "sms", "wecom", "phone", "email"},
}

// lastResort is the order in which channels are taken when all that fit are to be avoided.
var lastResort = []string{"wechat", "wecom", "email", "sms", "phone", "online_meeting", "visit", "event"}

// Why a channel was chosen.
const (
	BasisPreferred = "preferred" // the customer prefers it
	BasisPlaybook  = "playbook"  // the playbook says so
	BasisUrgency   = "urgency"   // it is the best of those that fit
	BasisElsewhere = "elsewhere" // all that fit are to be avoided
)

// ChooseChannel gives the channel for a touch of an urgency, and why: the one preferred (the contact's, else the customer's) where it
// fits, else the one wanted (a playbook's) where it fits, else the first that fits; none that is to be avoided. Where everything is
// to be avoided there is none.
func ChooseChannel(urgency, preferred, wanted string, avoid []string) (channel, basis string) {
	fits := func(channel string) bool {
		return channel != "" && !slices.Contains(avoid, channel) && (urgency == UrgencyRoutine || slices.Contains(fitting[urgency], channel))
	}
	if fits(preferred) {
		return preferred, BasisPreferred
	}
	if fits(wanted) {
		return wanted, BasisPlaybook
	}
	for _, channel := range fitting[urgency] {
		if fits(channel) {
			return channel, BasisUrgency
		}
	}
	for _, channel := range append([]string{preferred, wanted}, lastResort...) {
		if channel != "" && !slices.Contains(avoid, channel) {
			return channel, BasisElsewhere
		}
	}
	return "", BasisElsewhere
}

// UrgencyOf is the urgency of an action of a playbook with a customer in a touch mode: a silent one gets light touches whatever the
// playbook says, and what is done face to face stays so.
func UrgencyOf(touchMode, channel string) string {
	switch {
	case touchMode == TouchLight:
		return UrgencyLight
	case channel == "visit" || channel == "online_meeting" || channel == "event":
		return UrgencyFormal
	}
	return UrgencyRoutine
}

// PlannedAction is an action of a playbook that is meant for a customer.
type PlannedAction struct {
	Playbook  string // its id
	Number    int    // its place in the playbook, from 0
	Name      [2]string
	Basis     string // what the playbook is for: cause, segment, tier or rfm_group
	What      [2]string
	EveryDays int // 0: once
	Channel   string
	Role      string
	LastDone  Day // none: never, as far as is known
}

// dueOn is the first day on which the action is due; no day: never again.
func (a *PlannedAction) dueOn() Day {
	switch {
	case a.LastDone.IsZero():
		return 1
	case a.EveryDays == 0:
		return 0
	}
	return a.LastDone + Day(a.EveryDays)
}

// bases are what a playbook may be for, the most telling first.
var bases = []string{"cause", "segment", "tier", "rfm_group"}

// WaitingTask is a task of a customer that is still to be done.
type WaitingTask struct {
	ID   string
	Kind string
	Due  Day
}

// LastTouch is the latest follow-up.
type LastTouch struct {
	On        Day
	Channel   string
	Kind      string
	Responded bool
}

// TouchFacts is everything the next suggested touch of a customer rests on.
type TouchFacts struct {
	Today     Day
	Tier      Tier
	TouchMode string
	Next      Day // on which the customer is due
	Preferred string
	Avoid     []string
	Waiting   []WaitingTask // in the order they are due
	Last      LastTouch     // no day: none yet
	Contacts  int           // how often the customer was contacted
	Actions   []PlannedAction
	Cases     []string // ids of case materials of the customer's industry
}

// maxCases is how many cases of others a customer is told of at once [002].
const maxCases = 3

// Touch is what is suggested to do next with a customer.
type Touch struct {
	On        Day
	What      [2]string // Chinese, English
	Urgency   string
	Channel   string // empty: the customer is to be reached by none
	Task      string // that it would do; empty: none
	Playbook  string // it comes from; empty: none
	Action    int    // its place there
	Role      string // who does it, by the playbook
	Materials []string
	Reasons   []TouchReason
}

// waits says which tasks go before everything else, what to do about them and how urgent that is.
var waits = map[string]struct {
	urgency string
	what    [2]string
}{
	"negative_feedback": {UrgencyUrgent, [2]string{"回应客户的负面反馈，说明怎么解决", "Answer the negative feedback and say how it will be put right"}},
	"case":              {UrgencyUrgent, [2]string{"回应客户的服务单", "Respond to the customer's open case"}},
	"win_back":          {UrgencyUrgent, [2]string{"挽回客户：先用开放式问题了解原因", "Win the customer back: ask openly for the reason first"}},
	"handover":          {UrgencyUrgent, [2]string{"与新的对接人认识并完成交接", "Meet the new contact and hand over"}},
	"contract_renewal":  {UrgencyFormal, [2]string{"沟通合同续约", "Talk about renewing the contract"}},
}

// Suggest gives the next touch of a customer: first what waits with a deadline, urgent before formal; else, with a silent customer, a
// light touch; else the action of its playbooks that is due, that of a churn cause before that of the segment, the tier and the RFM
// group; else a routine contact. The channel follows from the urgency and what the customer prefers and avoids.
func Suggest(f TouchFacts) Touch {
	t := Touch{Urgency: UrgencyRoutine, On: max(f.Today, f.Next), Role: "owner"}
	t.because(TouchReason{Rule: TouchCustomer, Tier: f.Tier, Mode: f.TouchMode})
	wanted := ""
	if task := f.waiting(); task != nil {
		t.Task, t.Urgency, t.What = task.ID, waits[task.Kind].urgency, waits[task.Kind].what
		if t.On = max(f.Today, min(task.Due, t.On)); t.Urgency == UrgencyUrgent {
			t.On = f.Today
		}
		t.because(TouchReason{Rule: TouchTask, Kind: task.Kind, On: task.Due})
	} else if f.TouchMode == TouchLight {
		t.Urgency = UrgencyLight
		t.What = [2]string{"轻量触达：分享一条行业资讯，不推销", "A light touch: share a piece of industry news, no pitch"}
		for _, task := range f.Waiting {
			if task.Kind == "light_touch" {
				t.Task = task.ID
				break
			}
		}
		t.because(TouchReason{Rule: TouchSilent})
	} else if a := f.action(t.On); a != nil {
		wanted = a.Channel
		t.What, t.Playbook, t.Action, t.Role, t.Urgency = a.What, a.Playbook, a.Number, a.Role, UrgencyOf(f.TouchMode, a.Channel)
		t.because(TouchReason{Rule: TouchAction, Name: a.Name, Basis: a.Basis, Days: a.EveryDays, On: a.LastDone})
	} else {
		t.What = [2]string{"常规回访：了解近况与需求", "A routine contact: ask how things are and what is needed"}
		t.because(TouchReason{Rule: TouchNothing})
	}
	f.sinceLast(&t)
	f.channel(&t, wanted)
	f.cases(&t)
	return t
}

func (t *Touch) because(r TouchReason) { t.Reasons = append(t.Reasons, r) }

// waiting gives the task that goes before everything else: the first of those with a deadline in hours, else the first that is formal.
func (f *TouchFacts) waiting() *WaitingTask {
	for _, urgency := range []string{UrgencyUrgent, UrgencyFormal} {
		for i := range f.Waiting {
			if waits[f.Waiting[i].Kind].urgency == urgency {
				return &f.Waiting[i]
			}
		}
	}
	return nil
}

// action gives the action of the playbooks that is due by a day: of the most telling playbooks that have one, the one due longest.
// Those never done take turns: what was done last is not suggested again before the others.
func (f *TouchFacts) action(by Day) *PlannedAction {
	for _, basis := range bases {
		var due, fresh []*PlannedAction
		for i := range f.Actions {
			a := &f.Actions[i]
			if on := a.dueOn(); a.Basis != basis || on == 0 || on > by {
				continue
			}
			if due = append(due, a); a.LastDone.IsZero() {
				fresh = append(fresh, a)
			}
		}
		if len(fresh) > 0 {
			return fresh[f.Contacts%len(fresh)]
		}
		if len(due) > 0 {
			return slices.MinFunc(due, func(a, b *PlannedAction) int { return cmp.Compare(a.dueOn(), b.dueOn()) })
		}
	}
	return nil
}

// sinceLast says what was done last, and leaves the day of a contact alone unless something is urgent.
func (f *TouchFacts) sinceLast(t *Touch) {
	if f.Last.On.IsZero() {
		t.because(TouchReason{Rule: TouchFirst})
		return
	}
	t.because(TouchReason{Rule: TouchLast, On: f.Last.On, Channel: f.Last.Channel, Kind: f.Last.Kind, Responded: f.Last.Responded})
	if t.Urgency != UrgencyUrgent && t.On <= f.Last.On {
		t.On = f.Last.On + 1
	}
}

// channel chooses it. Where the last attempt on it had no response, another one is tried, unless it is the one the customer prefers.
func (f *TouchFacts) channel(t *Touch, wanted string) {
	channel, basis := ChooseChannel(t.Urgency, f.Preferred, wanted, f.Avoid)
	if !f.Last.On.IsZero() && !f.Last.Responded && channel == f.Last.Channel && basis != BasisPreferred {
		other, why := ChooseChannel(t.Urgency, f.Preferred, wanted, append(slices.Clone(f.Avoid), channel))
		if other != "" && why != BasisElsewhere {
			t.because(TouchReason{Rule: TouchUnanswered, Channel: channel})
			channel, basis = other, why
		}
	}
	t.Channel = channel
	t.because(TouchReason{Rule: TouchChannel, Urgency: t.Urgency, Channel: channel, Basis: basis})
	if f.Preferred != "" && channel != f.Preferred {
		t.because(TouchReason{Rule: TouchNotPreferred, Channel: f.Preferred, Urgency: t.Urgency})
	}
}

// cases adds what others of the industry made of it.
func (f *TouchFacts) cases(t *Touch) {
	if t.Materials = f.Cases[:min(len(f.Cases), maxCases)]; len(t.Materials) > 0 {
		t.because(TouchReason{Rule: TouchCases, Count: len(t.Materials)})
	}
}
