package audit

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Collection is where the log is.
const Collection = "audit_log"

// theLog is what state of the log an app carries along.
const theLog = "touchbase.audit"

// state is what one process knows of the log of its app.
type state struct {
	dir string
	now func() time.Time

	mu       sync.Mutex
	key      []byte // nil: not read yet
	keyID    string
	head     Head   // the last entry known to be committed
	turn     int64  // which slot the next head goes to
	restored string // the word that Restoring left
	open     map[*core.TxAppInfo]*writing
}

// writing is what one transaction adds.
type writing struct {
	tail     Head
	insert   *dbx.Query
	declared bool // that the log was restored; see declare
}

// Open lets an app keep the log; now is the moment of an entry that names none. To be called once, before the app writes.
func Open(app core.App, now func() time.Time) {
	app.Store().Set(theLog, &state{dir: app.DataDir(), now: now, open: map[*core.TxAppInfo]*writing{}})
}

func of(app core.App) (*state, error) {
	log, ok := app.Store().Get(theLog).(*state)
	if !ok {
		return nil, errors.New("the audit log of this app is not open")
	}
	return log, nil
}

// stamp is a moment as the log keeps it.
func stamp(at time.Time) string { return at.UTC().Format(types.DefaultDateLayout) }

// Append adds entries to the log, in the transaction of the change they tell of; it opens one where there is none. Without
// entries it says only what there is to say of a restored or cut log. While the schema does not have the log yet it does
// nothing. It refuses an app whose log is not open.
func Append(app core.App, entries ...Entry) error {
	if _, err := app.FindCachedCollectionByNameOrId(Collection); errors.Is(err, sql.ErrNoRows) {
		return nil // the step of the schema that brings the log is still to come
	} else if err != nil {
		return fmt.Errorf("failed to find the audit log: %w", err)
	}
	log, err := of(app)
	if err != nil {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error {
		w, err := log.begin(tx)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if entry.Actor == (Actor{}) {
				entry.Actor = Behind(tx)
			}
			if entry.At.IsZero() {
				entry.At = log.now()
			}
			if err := w.append(tx, log, entry, w.tail.Seq+1); err != nil {
				return fmt.Errorf("failed to write the audit log: %w", err)
			}
		}
		return nil
	})
}

// Latest gives the last entry of the log, for whoever keeps it elsewhere; of an empty log nothing.
func Latest(app core.App) (Head, error) {
	var last row
	err := app.DB().NewQuery("SELECT seq, hash, at FROM audit_log ORDER BY seq DESC LIMIT 1").One(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Head{}, fmt.Errorf("failed to find the end of the audit log: %w", err)
	}
	return Head{Seq: last.Seq, Hash: last.Hash, At: last.At}, nil
}

// Shorten gives at most so many characters of a text, for a note.
func Shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// begin gives what the transaction of an app adds to the log: where the log ends, and, the first time, whether that is
// where it ended before.
func (l *state) begin(tx core.App) (*writing, error) {
	info := tx.TxInfo()
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.open[info]; w != nil {
		return w, nil
	}
	if err := l.read(); err != nil {
		return nil, err
	}
	var last row
	err := tx.DB().NewQuery("SELECT seq, hash, [[key]] FROM audit_log ORDER BY seq DESC LIMIT 1").One(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("failed to find the end of the audit log: %w", err)
	}
	w := &writing{tail: Head{Seq: last.Seq, Hash: last.Hash}}
	if err := l.declare(tx, w, last.Key); err != nil {
		return nil, err
	}
	l.open[info] = w
	info.OnComplete(func(failure error) error {
		l.end(tx, info, w, failure)
		return nil
	})
	return w, nil
}

// read reads, once, what lies beside the database.
func (l *state) read() error {
	if l.key != nil {
		return nil
	}
	key, err := readKey(l.dir)
	if err == nil && key == nil {
		key, err = makeKey(l.dir)
	}
	if err != nil {
		return err
	}
	if l.head, l.turn, err = readHead(l.dir); err != nil {
		return err
	}
	if l.restored, err = readRestored(l.dir); err != nil {
		return err
	}
	l.key, l.keyID = key, keyID(key)
	return nil
}

// declare writes an entry of its own where the database does not end as it did: a backup was put back, the tail was cut, or
// the key is another one. Its number goes on from the head kept outside, so that what is gone stays a gap.
func (l *state) declare(tx core.App, w *writing, key string) error {
	var news []string
	ends, err := l.continues(tx, w.tail)
	if err != nil {
		return err
	}
	if !ends {
		says := "is missing"
		if l.head.Seq > 0 {
			says = fmt.Sprintf("says entry %d with hash %s", l.head.Seq, l.head.Hash)
		}
		news = append(news, fmt.Sprintf("the log in the database ends at entry %d with hash %q; the head kept outside %s", w.tail.Seq, w.tail.Hash, says))
	}
	if w.tail.Seq > 0 && key != l.keyID {
		news = append(news, fmt.Sprintf("entries up to %d %s", w.tail.Seq, anotherKey(key)))
	}
	if l.restored != "" {
		news = append(news, l.restored)
	}
	if len(news) == 0 {
		return nil
	}
	w.declared = true
	entry := Entry{At: l.now(), Action: ActionRestore, Collection: Collection, Note: strings.Join(news, "; ")}
	if err := w.append(tx, l, entry, max(w.tail.Seq, l.head.Seq)+1); err != nil {
		return fmt.Errorf("failed to tell of a restored audit log: %w", err)
	}
	return nil
}

// anotherKey is what a restore entry says of the key the entries before it were made under.
func anotherKey(id string) string { return "were made under another key, " + id }

// continues tells whether the log that ends at tail has the head kept outside in it.
func (l *state) continues(tx core.App, tail Head) (bool, error) {
	switch {
	case tail.Seq == l.head.Seq:
		return tail.Hash == l.head.Hash, nil
	case tail.Seq < l.head.Seq, l.head.Seq == 0:
		return false, nil
	}
	// Further than the head: another process has written since, or this one ended between a commit and its head.
	var hash string
	err := tx.DB().NewQuery("SELECT hash FROM audit_log WHERE seq = {:seq}").Bind(dbx.Params{"seq": l.head.Seq}).Row(&hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("failed to look for the head of the audit log: %w", err)
	}
	return hash == l.head.Hash, nil
}

// end keeps the new head outside once the transaction is committed.
func (l *state) end(app core.App, info *core.TxAppInfo, w *writing, failure error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, info)
	if failure != nil {
		return
	}
	if w.declared && l.restored != "" {
		l.restored = ""
		if err := os.Remove(filepath.Join(l.dir, restoredFile)); err != nil {
			app.Logger().Error("Failed to remove the word of a restored backup", "error", err)
		}
	}
	if w.tail.Seq <= l.head.Seq { // a later transaction was faster here
		return
	}
	l.head = w.tail
	l.turn++
	if err := writeHead(l.dir, l.head, l.turn-1); err != nil {
		app.Logger().Error("Failed to keep the head of the audit log", "error", err)
	}
}

const insertRow = `INSERT INTO audit_log (` + columns + `, updated) VALUES ({:id}, {:seq}, {:at}, {:actor}, {:actor_collection},
	{:ip}, {:action}, {:collection}, {:record}, {:note}, {:key}, {:changes}, {:digests}, {:hash}, {:created}, {:created})`

// newID is the id of an entry. It begins with its number, so that the index of the ids, large in a log, grows at its end: at random
// each entry would write a page of its own.
func newID(seq int64) string {
	return fmt.Sprintf("%07s", strconv.FormatInt(seq, 36)) + core.GenerateDefaultRandomId()[7:]
}

// append adds one entry after the tail. It is plain SQL: no hook runs, so nothing tells of the telling.
func (w *writing) append(tx core.App, l *state, entry Entry, seq int64) error {
	note := entry.Note
	if note == "" {
		note = entry.Actor.Note
	}
	at := stamp(entry.At)
	r := row{
		ID: newID(seq), Seq: seq, At: at, Created: at,
		Actor: entry.Actor.ID, ActorCollection: entry.Actor.Collection, IP: entry.Actor.IP,
		Action: entry.Action, Collection: entry.Collection, Record: entry.Record, Note: strings.ToValidUTF8(note, "\ufffd"), Key: l.keyID,
	}
	fields, err := r.seal(entry.Changes)
	if err != nil {
		return err
	}
	if r.Hash, err = r.hash(l.key, w.tail.Hash, fields); err != nil {
		return err
	}
	if w.insert == nil {
		w.insert = tx.DB().NewQuery(insertRow).Prepare() // closed with the transaction
	}
	_, err = w.insert.Bind(dbx.Params{
		"id": r.ID, "seq": r.Seq, "at": r.At, "actor": r.Actor, "actor_collection": r.ActorCollection, "ip": r.IP,
		"action": r.Action, "collection": r.Collection, "record": r.Record, "note": r.Note, "key": r.Key,
		"changes": r.Changes, "digests": r.Digests, "hash": r.Hash, "created": r.Created,
	}).Execute()
	if err != nil {
		return err
	}
	w.tail = Head{Seq: r.Seq, Hash: r.Hash, At: r.At}
	return nil
}
