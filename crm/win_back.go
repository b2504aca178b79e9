package crm

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// winBackPauseDays is within how many days a customer gets one win-back and no more.
const winBackPauseDays = 30

// wantedWinBack tells whether the last assessment wanted the customer won back.
func (f *customerFacts) wantedWinBack() bool {
	return f.stored.Risk == rules.RiskChurn && (len(f.open) != 1 || f.open[0].Name != rules.SignalContactReplaced)
}

// syncWinBack sees that somebody acts when a customer begins to drift away: one win-back in thirty days. When the risk is gone
// before anybody began, its task ends; when it returns, that task is taken up again. It tells whether any task changed.
func syncWinBack(app core.App, policy *Policy, j *judged, quiet bool) (changed bool, err error) {
	before, now := j.facts.wantedWinBack(), j.result.WinBack
	if before == now || now && quiet {
		return false, nil
	}
	today := rules.DayOf(j.at, policy.Zone)
	latest, err := latestWinBack(app, j.facts.ID)
	if err != nil {
		return false, err
	}
	if !now {
		if latest == nil || !isUntouched(latest) {
			return false, nil
		}
		return true, endTask(app, latest, TaskCancelled, endedByRule, j.at)
	}
	key := fmt.Sprintf("%s:%s:%s", KindWinBack, j.facts.ID, today)
	if latest != nil && today-rules.DayOf(latest.GetDateTime(FieldCreated).Time(), policy.Zone) < winBackPauseDays {
		key = latest.GetString(FieldKey)
	}
	return true, OpenTask(app, policy, RuleTask{
		Key: key, Kind: KindWinBack, Customer: j.facts.ID, Priority: PriorityHigh, Cause: j.result.Cause,
		Details: winBackDetails(j.result.Signals, j.result.Cause), DueAt: j.at.Add(hours(policy.WinBackHours)),
		Quiet: j.trial,
	}, j.at)
}

// latestWinBack gives the last task of winning a customer back, or none.
func latestWinBack(app core.App, customer string) (*core.Record, error) {
	var tasks []*core.Record
	err := app.RecordQuery(CollectionTasks).AndWhere(dbx.HashExp{FieldCustomer: customer}).
		AndWhere(dbx.NewExp("kind = 'win_back' AND rule != ''")).OrderBy("created DESC", "rowid DESC").Limit(1).All(&tasks)
	if err != nil {
		return nil, fmt.Errorf("failed to find the last win-back: %w", err)
	}
	if len(tasks) == 0 {
		return nil, nil
	}
	return tasks[0], nil
}

// isUntouched tells whether nobody has begun a task that is open.
func isUntouched(task *core.Record) bool {
	status := task.GetString(FieldStatus)
	return (status == TaskOpen || status == TaskDelayed) && task.GetInt(FieldPostponed) == 0 && task.GetString(FieldResult) == ""
}

// winBackDetails names, in Chinese and in English, the signals for which a customer is to be won back. Their evidence is not for
// everybody who sees the task. Where none of it tells the cause, the task asks for it.
func winBackDetails(signals []rules.Signal, cause string) [2]string {
	var names [2][]string
	for _, s := range signals {
		names[0] = append(names[0], ValueLabel(CollectionSignals, FieldSignal, s.Name, rules.Chinese))
		names[1] = append(names[1], ValueLabel(CollectionSignals, FieldSignal, s.Name, rules.English))
	}
	details := [2]string{"预警信号：" + strings.Join(names[0], "、"), "Signals: " + strings.Join(names[1], ", ")}
	if cause == "" {
		details[0] += "。原因不明：请向客户了解为什么。"
		details[1] += ". The cause is not known: ask the customer why."
	}
	return details
}
