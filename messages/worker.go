package messages

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// How long a receiver has to take a message. Mail servers that look twice take their time, and the library's clients have limits of
// their own, up to half a minute: what they come to is to be known.
const (
	timeout        = 20 * time.Second
	timeoutMail    = 2 * time.Minute
	timeoutLibrary = 40 * time.Second
)

// rest is how long a lane waits after the program itself could not go on: a full disk, a locked database.
const rest = time.Minute

// run looks at the outbox whenever something was put into it, a lane has become free or something falls due.
func (m *Messages) run(ctx context.Context) {
	for {
		next, err := m.dispatch(ctx)
		if err != nil {
			m.app.Logger().Error("Failed to look at the outbox", "error", err)
			next = m.clock.Now().Add(rest)
		}
		var due <-chan time.Time
		var timer clockwork.Timer
		if !next.IsZero() {
			timer = m.clock.NewTimer(next.Sub(m.clock.Now()))
			due = timer.Chan()
		}
		select {
		case <-ctx.Done():
		case <-m.wake:
		case <-due:
		}
		if timer != nil {
			timer.Stop()
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// dispatch begins to send in every lane in which something is due and nothing being sent, and says when the next falls due in those
// that rest.
func (m *Messages) dispatch(ctx context.Context) (next time.Time, err error) {
	var lanes []struct {
		Lane string `db:"lane"`
		Next string `db:"next"`
	}
	err = m.app.DB().NewQuery("SELECT lane, min(next_at) next FROM deliveries WHERE status = 'waiting' GROUP BY lane").
		WithContext(ctx).All(&lanes)
	if err != nil {
		return next, fmt.Errorf("failed to find what waits to be sent: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range lanes {
		due := crm.ParseMoment(l.Next)
		switch {
		case m.busy[l.Lane]:
		case !due.After(m.clock.Now()):
			m.busy[l.Lane] = true
			m.work.Go(func() { m.send(ctx, l.Lane) })
		case next.IsZero() || due.Before(next):
			next = due
		}
	}
	return next, nil
}

// send sends what is due in a lane, one after the other. Lanes do not wait for each other.
func (m *Messages) send(ctx context.Context, lane string) {
	defer func() {
		m.mu.Lock()
		delete(m.busy, lane)
		m.mu.Unlock()
		m.rouse()
	}()
	for ctx.Err() == nil {
		more, err := m.sendNext(ctx, lane)
		if err != nil {
			m.app.Logger().Error("Failed to work on the outbox", "error", err)
			select {
			case <-ctx.Done():
			case <-m.clock.After(rest):
			}
		}
		if !more {
			return
		}
	}
}

// sendNext sends what has been due in a lane for longest, and tells whether there was anything.
func (m *Messages) sendNext(ctx context.Context, lane string) (more bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.app.Logger().Error("Sending panicked", "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
	}()
	out, more, err := m.claim(lane)
	if err != nil || !more || out == nil {
		return more, err
	}
	failed := m.deliver(ctx, out)
	if ctx.Err() != nil {
		return false, nil // whether it arrived is not known; the id tells the receiver, should it come again
	}
	return true, m.note(out, failed)
}

// outgoing is a delivery on its way.
type outgoing struct {
	row    *core.Record
	target target
	to     string // of a mail
	message
}

// pauses are those after the first attempt, the second and so on; the one after the last pause is the last.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour}

// claim takes the next delivery of a lane. The attempt is counted, and the next one set, before anything is sent: a program that ends
// in between does not begin anew with every start. It gives nothing to send where the delivery is put off or no longer wanted.
func (m *Messages) claim(lane string) (out *outgoing, more bool, err error) {
	now := m.clock.Now()
	err = m.app.RunInTransaction(func(tx core.App) error {
		var rows []*core.Record
		err := tx.RecordQuery(crm.CollectionDeliveries).AndWhere(dbx.NewExp("lane = {:lane} AND status = 'waiting' AND next_at <= {:now}",
			dbx.Params{"lane": lane, "now": crm.FormatMoment(now)})).OrderBy("next_at", "created", "id").Limit(1).All(&rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		row := rows[0]
		more = true
		var until time.Time
		if out, until, err = m.prepare(tx, row, now); err != nil {
			return err
		}
		switch {
		case until.After(now): // quiet hours
			row.Set(crm.FieldNextAt, until)
			out = nil
		case out == nil:
			finish(row, statusDropped)
		default:
			attempts := row.GetInt(crm.FieldAttempts)
			row.Set(crm.FieldAttempts, attempts+1)
			row.Set(crm.FieldNextAt, now.Add(pauses[min(attempts, len(pauses)-1)]))
		}
		return crm.SaveAsSystem(tx, row)
	})
	if err != nil {
		return nil, more, fmt.Errorf("failed to take a delivery: %w", err)
	}
	return out, more, nil
}

// deliver sends, and gives why that failed.
func (m *Messages) deliver(ctx context.Context, out *outgoing) *failure {
	limit, send := timeout, func(ctx context.Context) error {
		return out.target.hook.send(ctx, m.client, out.message, m.clock.Now())
	}
	switch {
	case out.target.channel == channelEmail:
		limit, send = timeoutMail, within(func() error { return m.mail(out) })
	case out.target.service != nil:
		limit, send = timeoutLibrary, within(func() error { return sendByLibrary(out) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer m.clock.AfterFunc(limit, cancel).Stop()
	return failureOf(ctx, out.target.channel, send(ctx))
}

// within waits for work that cannot be told to stop, but no longer than a context.
func within(work func() error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		done := make(chan error, 1)
		go func() {
			defer func() {
				if recover() != nil {
					done <- errors.New("panic")
				}
			}()
			done <- work()
		}()
		select {
		case err := <-done:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
