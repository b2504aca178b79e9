// Package messages brings what people are told out of the program: notices that cannot wait and the day's digest, by e-mail and to
// messengers. What is to leave is written to an outbox, the collection deliveries, in the transaction of what it tells of; a worker
// sends it afterwards, again and again if need be. No address and no text of a message is ever logged.
package messages

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/pflag"

	"touchbase/crm"
)

// Messages sends what waits in the outbox of one app.
type Messages struct {
	app          core.App
	clock        clockwork.Clock
	client       *http.Client
	resolver     *net.Resolver
	allowPrivate atomic.Bool

	mu     sync.Mutex
	busy   map[string]bool // lanes in which something is being sent
	wake   chan struct{}
	ctx    context.Context // cancelled when the program stops; nil: not started
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// Register gives the messages of an app: notices are put into the outbox from now on, and sent while the app serves.
func Register(app core.App, clock clockwork.Clock) *Messages {
	m := &Messages{app: app, clock: clock, busy: map[string]bool{}, wake: make(chan struct{}, 1), resolver: &net.Resolver{}}
	m.client = newClient(m.allowPrivate.Load, m.resolver)
	app.OnRecordValidate(crm.CollectionUsers).BindFunc(m.onValidateUser)
	app.OnRecordCreate(crm.CollectionNotifications).BindFunc(m.onNotification)
	app.OnRecordAfterCreateSuccess(crm.CollectionDeliveries).BindFunc(func(e *core.RecordEvent) error {
		m.rouse()
		return e.Next()
	})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		m.Start()
		return e.Next()
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		m.Stop()
		return e.Next()
	})
	return m
}

// Flags adds what the program can be told about messages: --allow-private-webhooks lets people have their messages sent to addresses
// inside of the company's network.
func (m *Messages) Flags(flags *pflag.FlagSet) {
	flags.BoolFunc("allow-private-webhooks", "let people enter webhooks with private and local addresses", func(text string) error {
		allow, err := strconv.ParseBool(text)
		m.AllowPrivate(allow)
		return err
	})
}

// AllowPrivate says whether people may have their messages sent to private and local addresses.
func (m *Messages) AllowPrivate(allow bool) { m.allowPrivate.Store(allow) }

// Start sends what waits, also what a program that ended left, and what comes, until Stop. It does nothing where it is started.
func (m *Messages) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ctx != nil {
		return
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	ctx := m.ctx
	m.work.Go(func() { m.run(ctx) })
}

// Stop ends the sending. What is on its way is given up and sent again after the next start, under the same id.
func (m *Messages) Stop() {
	m.mu.Lock()
	cancel := m.cancel
	m.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	m.work.Wait()
	m.mu.Lock()
	m.ctx, m.cancel = nil, nil
	m.mu.Unlock()
}

// rouse has the worker look at the outbox.
func (m *Messages) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// onValidateUser refuses wishes that cannot be met; they come together with what else is wrong.
func (m *Messages) onValidateUser(e *core.RecordEvent) error {
	other := e.Next()
	if !e.Record.IsNew() && e.Record.GetString(crm.FieldNotify) == e.Record.Original().GetString(crm.FieldNotify) {
		return other
	}
	refused := m.checkPreferences(e.Record)
	var errs validation.Errors
	switch {
	case refused == nil:
		return other
	case other == nil:
		return validation.Errors{crm.FieldNotify: refused}
	case errors.As(other, &errs):
		errs[crm.FieldNotify] = refused
		return errs
	}
	return other
}

// onNotification puts a notice that cannot wait into the outbox, in its transaction: what is rolled back was never told.
func (m *Messages) onNotification(e *core.RecordEvent) error {
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		if err := e.Next(); err != nil || !e.Record.GetBool(crm.FieldUrgent) {
			return err
		}
		user, err := tx.FindRecordById(crm.CollectionUsers, e.Record.GetString(crm.FieldUser))
		if err != nil {
			return err
		}
		return enqueue(tx, user, false, map[string]any{crm.FieldNotification: e.Record.Id}, e.Record.Id, m.clock.Now())
	})
}

// enqueue writes a row for each way by which somebody wants to be told: of a digest, or else of what cannot wait. occasion names what
// is told of, once.
func enqueue(tx core.App, user *core.Record, digest bool, values map[string]any, occasion string, now time.Time) error {
	preferences := preferencesOf(user)
	targets := preferences.targets(digest)
	if len(targets) == 0 {
		return nil
	}
	collection, err := tx.FindCachedCollectionByNameOrId(crm.CollectionDeliveries)
	if err != nil {
		return err
	}
	policy, err := crm.LoadPolicy(tx)
	if err != nil {
		return err
	}
	for _, t := range targets {
		row := core.NewRecord(collection)
		row.Load(values)
		row.Load(map[string]any{
			crm.FieldUser: user.Id, crm.FieldChannel: t.channel, crm.FieldTarget: t.key, crm.FieldLane: t.lane, crm.FieldStatus: statusWaiting,
			crm.FieldNextAt: preferences.quietUntil(policy, now), crm.FieldKey: occasion + ":" + t.key,
		})
		if err := crm.SaveAsSystem(tx, row); err != nil {
			return err
		}
	}
	return nil
}
