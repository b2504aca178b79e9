package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Gap is a run of entries that are not there, and of which a restore entry tells.
type Gap struct{ From, To int64 }

// Problem is what is wrong with one entry, or with the end of the log.
type Problem struct {
	Seq  int64
	What string
}

// String is the problem as a line.
func (p Problem) String() string { return fmt.Sprintf("entry %d: %s", p.Seq, p.What) }

// Report is what Verify found.
type Report struct {
	Entries  int64
	First    string // moment of the first entry
	Head     Head   // the last entry
	Gaps     []Gap
	OtherKey int64 // entries made under another key, which cannot be checked

	Problems []Problem // the first ones
	More     int       // how many problems there are besides
}

// OK tells whether the log is as the program wrote it.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// reported is how many problems a report lists; one cut makes a problem of every entry after it.
const reported = 20

func (r *Report) add(seq int64, format string, args ...any) {
	if len(r.Problems) == reported {
		r.More++
		return
	}
	r.Problems = append(r.Problems, Problem{seq, fmt.Sprintf(format, args...)})
}

// Verify walks the whole log, from the first entry to the last, and reports what was changed, taken away, moved or cut off. head
// is a hash that somebody kept elsewhere and that has to be in the log; empty: none. It reads only, an entry at a time.
func Verify(app core.App, head string) (*Report, error) {
	dir := app.DataDir()
	key, err := readKey(dir)
	if err != nil {
		return nil, err
	}
	outside, _, err := readHead(dir) // before the entries: those written meanwhile come after it
	if err != nil {
		return nil, err
	}
	rows, err := app.ConcurrentDB().NewQuery("SELECT " + columns + " FROM audit_log ORDER BY seq").Rows()
	if err != nil {
		return nil, fmt.Errorf("failed to read the audit log: %w", err)
	}
	defer rows.Close()
	walk := &walk{key: key, outside: outside, wanted: head, blanked: map[field]int64{}}
	if key != nil {
		walk.keyID = keyID(key)
	}
	for rows.Next() {
		var r row
		if err := rows.ScanStruct(&r); err != nil {
			return nil, fmt.Errorf("failed to read an entry: %w", err)
		}
		walk.step(&r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("failed to read the audit log: %w", err)
	}
	walk.close()
	return &walk.Report, nil
}

// field is a field of a record.
type field struct{ collection, record, name string }

// walk is a verification under way.
type walk struct {
	Report
	key     []byte
	keyID   string
	lastKey string // the other key that entries before were made under
	ownKey  bool   // an entry under the present key has come
	outside Head
	wanted  string

	sawOutside, sawWanted bool
	blanked               map[field]int64 // erased values whose erase entry is still to come, and the entry of the first
}

func (w *walk) step(r *row) {
	w.link(r)
	w.sawOutside = w.sawOutside || r.Seq == w.outside.Seq && r.Hash == w.outside.Hash
	w.sawWanted = w.sawWanted || r.Hash == w.wanted
	if w.Entries == 0 {
		w.First = r.At
	}
	w.Entries++
	w.Head = Head{Seq: r.Seq, Hash: r.Hash, At: r.At}
}

// link checks an entry and that it follows the one before.
func (w *walk) link(r *row) {
	next := w.Head.Seq + 1
	if r.Seq > next {
		if r.Action != ActionRestore {
			w.add(r.Seq, "%d entries before it are missing", r.Seq-next)
			w.check(r, true)
			return
		}
		w.Gaps = append(w.Gaps, Gap{next, r.Seq - 1})
	}
	w.check(r, false)
}

// check checks an entry by itself. Where the one before is known to be missing, its hash cannot be right, which is no news.
func (w *walk) check(r *row, cut bool) {
	fields, blanked, err := r.unseal()
	if err != nil {
		w.add(r.Seq, "it was changed: %v", err)
		return
	}
	w.erasures(r, fields, blanked)
	if r.Key != w.keyID || w.key == nil {
		w.OtherKey++
		w.lastKey = r.Key
		if w.ownKey {
			w.add(r.Seq, "it was made under another key than the entries before it")
		}
		return
	}
	if !w.ownKey && w.OtherKey > 0 && (r.Action != ActionRestore || !strings.Contains(r.Note, anotherKey(w.lastKey))) {
		w.add(r.Seq, "the key became another one and no entry tells of it")
	}
	w.ownKey = true
	hash, err := r.hash(w.key, w.Head.Hash, fields)
	switch {
	case err != nil:
		w.add(r.Seq, "it cannot be checked: %v", err)
	case hash != r.Hash && !cut, r.Created != r.At:
		w.add(r.Seq, "it was changed, or is not where it was written")
	}
}

// erasures keeps account of values that are gone until the entry that says they were erased.
func (w *walk) erasures(r *row, fields []digested, blanked []string) {
	if r.Action == ActionErase {
		for _, f := range fields {
			delete(w.blanked, field{r.Collection, r.Record, f.Field})
		}
	}
	for _, name := range blanked {
		f := field{r.Collection, r.Record, name}
		if _, known := w.blanked[f]; !known {
			w.blanked[f] = r.Seq
		}
	}
}

// close checks what only the end can tell.
func (w *walk) close() {
	for f, seq := range w.blanked {
		w.add(seq, "the value of %s is gone and no later entry says that it was erased", f.name)
	}
	switch {
	case w.Entries == 0 && w.outside.Seq == 0:
	case w.key == nil:
		w.add(w.Head.Seq, "the key is missing, so nothing can be checked")
	case w.Entries > 0 && !w.ownKey:
		w.add(w.Head.Seq, "no entry was made under the key that lies beside the database, so nothing can be checked")
	case w.outside.Seq == 0:
		w.add(w.Head.Seq, "the head kept outside is missing, so a cut would not show")
	case w.outside.Seq > w.Head.Seq:
		w.add(w.Head.Seq, "the log ends here; the head kept outside says entry %d, so the end was cut off", w.outside.Seq)
	case !w.sawOutside:
		w.add(w.outside.Seq, "it has not the hash of the head kept outside, %s", w.outside.Hash)
	}
	if w.wanted != "" && !w.sawWanted {
		w.add(w.Head.Seq, "the log does not have the hash %s", w.wanted)
	}
	slices.SortStableFunc(w.Problems, func(a, b Problem) int { return int(a.Seq - b.Seq) })
}
