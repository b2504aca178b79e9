package imports

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"touchbase/audit"
	"touchbase/crm"
)

// write writes the batch and the new assessments of the customers it touches in one transaction.
func (r *run) write(ctx context.Context) error {
	batch := r.batch
	r.batch = nil
	if len(batch) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return ErrStopped
	}
	created := 0
	for _, record := range batch {
		if record.IsNew() {
			created++
		}
	}
	count := func() {
		r.result.Created += created
		r.result.Updated += len(batch) - created
	}
	if r.options.DryRun {
		count()
		return nil
	}
	var changed []string
	err := audit.As(r.app, r.options.actor(r.importID), func(tx core.App) error {
		customers, err := r.save(tx, batch)
		if err != nil {
			return err
		}
		changed, err = crm.Reassess(tx, r.policy, crm.Assessing{Now: r.now, Cause: crm.CauseEvent, By: r.options.By, Quiet: true}, customers...)
		return err
	})
	if err != nil {
		return fmt.Errorf("failed to write a batch of %s: %w", r.collection.Name, err)
	}
	count()
	crm.Announce(r.app, changed...)
	return nil
}

// save writes records that were checked: new ones by a prepared statement, changed ones field by field. It gives the
// customers to assess.
func (r *run) save(tx core.App, batch []*core.Record) (customers []string, err error) {
	inserter := inserter{tx: tx}
	defer func() { err = errors.Join(err, inserter.close()) }()
	for _, record := range batch {
		if r.collection.Name == crm.CollectionFollowUps {
			if err := crm.SettleFingerprint(tx, record); err != nil {
				return nil, err
			}
		}
		if record.IsNew() {
			err = inserter.insert(record, r.now)
		} else {
			err = crm.SaveAsSystem(tx, record)
		}
		if err != nil {
			return nil, err
		}
		if r.collection.Name == crm.CollectionCustomers {
			customers = append(customers, record.Id)
		} else {
			customers = append(customers, record.GetString(crm.FieldCustomer))
			if before := record.Original().GetString(crm.FieldCustomer); before != "" { // an order that was another's
				customers = append(customers, before)
			}
		}
		if err := crm.FollowImported(tx, record, r.policy, r.now); err != nil {
			return nil, err
		}
	}
	return customers, nil
}

// inserter inserts records of one collection with one prepared statement.
type inserter struct {
	tx    core.App
	query *dbx.Query
	names []string
}

func (i *inserter) insert(record *core.Record, now time.Time) error {
	at := types.DateTime{}
	if err := at.Scan(now); err != nil {
		return err
	}
	record.SetRaw(crm.FieldCreated, at)
	record.SetRaw(crm.FieldUpdated, at)
	columns, err := record.DBExport(i.tx)
	if err != nil {
		return err
	}
	if i.query == nil {
		i.names = slices.Sorted(maps.Keys(columns))
		quoted, places := make([]string, len(i.names)), make([]string, len(i.names))
		for n, name := range i.names {
			quoted[n], places[n] = "[["+name+"]]", "{:"+name+"}"
		}
		i.query = i.tx.DB().NewQuery(fmt.Sprintf("INSERT INTO {{%s}} (%s) VALUES (%s)", record.Collection().Name,
			strings.Join(quoted, ", "), strings.Join(places, ", "))).Prepare()
	}
	if _, err := i.query.Bind(columns).Execute(); err != nil {
		return fmt.Errorf("failed to insert into %s: %w", record.Collection().Name, err)
	}
	changes, err := audit.Differences(record.Collection(), nil, columns)
	if err != nil {
		return err
	}
	return audit.Append(i.tx, audit.Entry{
		Action: audit.ActionCreate, Collection: record.Collection().Name, Record: record.Id, Changes: changes,
	})
}

func (i *inserter) close() error {
	if i.query == nil {
		return nil
	}
	return i.query.Close()
}
