package crm

import (
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// judgedAhead is how many batches are judged at once: the one that is waited for, and the next. A job leaves the rest of the machine to people.
const judgedAhead = 2

// judging is a batch of customers as they were judged when so much had been written.
type judging struct {
	ids    []string
	list   []judged
	before writes
	err    error
}

// beginJudging begins to judge a batch without writing and gives what waits for its end.
func beginJudging(app core.App, ids []string, policy *Policy, how Assessing, before writes) (wait func() judging) {
	j := judging{ids: ids, before: before}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if problem := recover(); problem != nil {
				j.err = fmt.Errorf("judging panicked: %v\n%s", problem, debug.Stack())
			}
		}()
		j.list, j.err = judge(app, ids, policy, how)
	}()
	return func() judging {
		<-done
		return j
	}
}

// inBatches has customers judged batch by batch, some ahead of the one that is done with, and does each in turn. When it returns, nothing
// is judged any more.
func inBatches(ids []string, begin func(ids []string) (wait func() judging, err error), do func(judging) error) error {
	var ahead []func() judging
	defer func() {
		for _, wait := range ahead {
			wait()
		}
	}()
	batches := slices.Collect(slices.Chunk(ids, batchSize))
	for len(batches) > 0 || len(ahead) > 0 {
		for len(batches) > 0 && len(ahead) < judgedAhead {
			wait, err := begin(batches[0])
			if err != nil {
				return err
			}
			ahead, batches = append(ahead, wait), batches[1:]
		}
		current := ahead[0]()
		ahead = ahead[1:]
		if current.err != nil {
			return current.err
		}
		if err := do(current); err != nil {
			return err
		}
	}
	return nil
}
