package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// save writes the lines batch by batch, leaving out what somebody else has made meanwhile.
func (g *generating) save(ctx context.Context, lines []planLine) error {
	for batch := range slices.Chunk(lines, lineBatch) {
		if ctx.Err() != nil {
			return ErrStopped
		}
		touched, made := map[string]bool{}, map[string]int{}
		err := g.how.InTx(func(tx core.App) error {
			clear(touched)
			clear(made)
			for _, line := range batch {
				created, err := g.make(tx, line)
				if err != nil {
					return err
				}
				if created {
					touched[line.customer] = true
					made[line.assignee]++
				}
			}
			for customer := range touched {
				if err := countTasks(tx, customer); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for person, n := range made {
			g.given[person] += n
			g.result.Created += n
		}
		Announce(g.app, slices.Sorted(maps.Keys(touched))...)
	}
	return nil
}

// make makes one line, unless it is there by now; its customer may have been archived or have gone meanwhile.
func (g *generating) make(tx core.App, line planLine) (bool, error) {
	var stage string
	err := tx.DB().Select(FieldStage).From(CollectionCustomers).Where(dbx.HashExp{core.FieldNameId: line.customer}).Row(&stage)
	if errors.Is(err, sql.ErrNoRows) || stage == StageArchived {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("failed to find the customer of a line: %w", err)
	}
	if known, err := exists(tx, CollectionTasks, dbx.HashExp{FieldKey: line.key}); err != nil || known {
		return false, err
	}
	collection, err := tx.FindCachedCollectionByNameOrId(CollectionTasks)
	if err != nil {
		return false, err
	}
	task := core.NewRecord(collection)
	task.Load(map[string]any{
		FieldKey: line.key, FieldKind: KindMaintenance, FieldRule: KindMaintenance, FieldCustomer: line.customer, FieldPlan: g.plan.Id,
		FieldStatus: TaskOpen, FieldPriority: PriorityNormal, FieldBy: g.how.By, FieldGivenBy: g.how.By, FieldAssignee: line.assignee,
		FieldChannel: line.channel, FieldDueAt: line.on.End(g.policy.Zone),
	})
	setTitle(task, line.action.words()[g.people[line.assignee].language()])
	return true, saveTask(tx, task)
}

// tell tells everybody once what the plan gives them to do.
func (g *generating) tell() error {
	g.result.People = []PlannedWork{}
	for _, id := range slices.Sorted(maps.Keys(g.given)) {
		g.result.People = append(g.result.People, PlannedWork{User: id, Lines: g.given[id]})
	}
	if g.result.Created == 0 {
		return nil
	}
	name := g.plan.GetString(FieldName)
	return g.how.InTx(func(tx core.App) error {
		for _, work := range g.result.People {
			if work.User == "" || work.User == g.how.By {
				continue
			}
			err := Notify(tx, Notice{
				To: []string{work.User}, Kind: "task_given",
				Title: [2]string{
					fmt.Sprintf("维护计划「%s」给您安排了 %d 项任务", name, work.Lines), fmt.Sprintf("The plan “%s” has %d tasks for you", name, work.Lines),
				},
			}, g.how.Now)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
