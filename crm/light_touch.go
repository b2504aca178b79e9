package crm

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/rules"
)

// lightTouchKey names the one light touch task that a silent customer who is not on hold is to have, by the silence and the
// next date; anybody else is to have none.
func (j *judged) lightTouchKey() string {
	a := &j.result
	if a.TouchMode != rules.TouchLight || a.OnHold || a.NextFollowUpOn.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s:%s:%s:%s", KindLightTouch, j.facts.ID, a.SilentSince, a.NextFollowUpOn)
}

// syncLightTouch sees that a silent customer who is not on hold has one light touch task, due on the next
// date, and that no other one stays open: a contact made since then did it, anything else ended it. When it is
// to be quiet it opens none. It tells whether any task changed.
func syncLightTouch(app core.App, policy *Policy, j *judged, quiet bool) (changed bool, err error) {
	want := j.want.LightTouch
	changed, err = endOtherLightTouches(app, policy, j, want, quiet)
	if err != nil || quiet || want == "" || want == j.facts.stored.LightTouch {
		return changed, err
	}
	return true, OpenTask(app, policy, RuleTask{
		Key: want, Kind: KindLightTouch, Customer: j.facts.ID, Priority: PriorityNormal, DueAt: j.lightTouchDue(policy), Quiet: j.trial,
	}, j.at)
}

// lightTouchDue is the deadline of the light touch of a silence: the next date, or its first day where that lies before it.
func (j *judged) lightTouchDue(policy *Policy) time.Time {
	return max(j.result.NextFollowUpOn, j.result.SilentSince).End(policy.Zone)
}

// endOtherLightTouches ends the open light touches but the one wanted, and tells whether there were any. When it is to be
// quiet, one whose date a new policy moves is moved with it: ended, it would have no follower.
func endOtherLightTouches(app core.App, policy *Policy, j *judged, want string, quiet bool) (found bool, err error) {
	if j.facts.OpenTasks == 0 {
		return false, nil
	}
	// Mostly there is none, and a whole record costs most of all to ask for.
	var ids []string
	err = app.DB().NewQuery(`SELECT id FROM tasks WHERE customer = {:customer} AND status IN (` + OpenStatuses + `)
		AND kind = 'light_touch' AND [[key]] != {:want}`).Bind(dbx.Params{"customer": j.facts.ID, "want": want}).Column(&ids)
	if err != nil {
		return false, fmt.Errorf("failed to look for light touch tasks: %w", err)
	}
	if len(ids) == 0 {
		return false, nil
	}
	tasks, err := app.FindRecordsByIds(CollectionTasks, ids)
	if err != nil {
		return false, fmt.Errorf("failed to find light touch tasks: %w", err)
	}
	for _, task := range tasks {
		contacted := j.result.LastFollowUpAt.After(ParseMoment(j.facts.stored.LastFollowUpAt))
		switch {
		case contacted:
			err = endTask(app, task, TaskDone, "", j.at)
		case quiet && want != "":
			err = moveLightTouch(app, task, want, j.lightTouchDue(policy), j.at)
		default:
			err = endTask(app, task, TaskCancelled, endedByRule, j.at)
		}
		if err != nil {
			return false, err
		}
	}
	return len(tasks) > 0, nil
}

// moveLightTouch gives a light touch another key and date; where there was one of that key before, it ends instead.
func moveLightTouch(app core.App, task *core.Record, key string, due, now time.Time) error {
	before, err := TaskByKey(app, key)
	if err != nil {
		return err
	}
	if before != nil {
		return endTask(app, task, TaskCancelled, endedByRule, now)
	}
	task.Set(FieldKey, key)
	task.Set(FieldDueAt, due)
	remindAnew(task)
	if task.GetString(FieldStatus) == TaskDelayed && due.After(now) {
		task.Set(FieldStatus, TaskOpen)
	}
	return saveTask(app, task)
}
