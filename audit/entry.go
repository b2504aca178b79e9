package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The actions of domain.md.
const (
	ActionCreate       = "create"
	ActionUpdate       = "update"
	ActionDelete       = "delete"
	ActionExport       = "export"
	ActionReveal       = "reveal"
	ActionSignIn       = "sign_in"
	ActionSignInFailed = "sign_in_failed"
	ActionPolicy       = "policy"
	ActionMerge        = "merge"
	ActionImport       = "import"
	ActionErase        = "erase"
	ActionRestore      = "restore"
	ActionAdmin        = "admin"
)

// Entry is one thing that was done.
type Entry struct {
	At         time.Time // zero: now
	Actor      Actor     // zero: whoever is behind the transaction
	Action     string
	Collection string
	Record     string // its id
	Changes    map[string]Change
	Note       string // in words; empty: the actor's
}

// Change is what one field held before and after. nil: nothing is kept of that side, as before a creation, after a deletion,
// and on both sides of a password.
type Change struct {
	From, To any
}

// The sides of a change as they are stored.
const (
	sideFrom = "from"
	sideTo   = "to"
)

// erased marks, before a digest, a value that is gone; see seals.
const erased = "="

// values and seals are the two columns of an entry's changes: field → side → the value's JSON, and what seals it. A seal is
// the salt of a value that is there, or "=" and the digest of one that was erased: without its salt nobody can tell from the
// digest what the value was, and with it the entry's hash stays what it is.
type (
	values map[string]map[string]json.RawMessage
	seals  map[string]map[string]string
)

// row is an entry as it is stored.
type row struct {
	ID              string `db:"id"`
	Seq             int64  `db:"seq"`
	At              string `db:"at"`
	Actor           string `db:"actor"`
	ActorCollection string `db:"actor_collection"`
	IP              string `db:"ip"`
	Action          string `db:"action"`
	Collection      string `db:"collection"`
	Record          string `db:"record"`
	Note            string `db:"note"`
	Key             string `db:"key"` // id of the key it was hashed with
	Changes         string `db:"changes"`
	Digests         string `db:"digests"`
	Hash            string `db:"hash"`
	Created         string `db:"created"`
}

// columns selects a row.
const columns = "id, seq, at, actor, actor_collection, ip, action, collection, record, note, [[key]], changes, digests, hash, created"

// digested is a field's name with the digests of its two sides, empty where it has none.
type digested struct {
	Field, From, To string
}

// hash chains an entry to the one before: an HMAC over that one's hash and all of this one but the values, for which their
// digests stand.
func (r *row) hash(key []byte, previous string, fields []digested) (string, error) {
	plain := []any{
		previous, r.Seq, r.ID, r.At, r.Actor, r.ActorCollection, r.IP, r.Action, r.Collection, r.Record, r.Note, r.Key, fields,
	}
	raw, err := json.Marshal(plain)
	if err != nil {
		return "", fmt.Errorf("failed to encode an entry: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(raw)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// digest stands for a value in the chain.
func digest(salt string, value []byte) string {
	sum := sha256.Sum256(append([]byte(salt), value...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// saltSize is how many random bytes keep a value from being guessed by its digest; saltLength how long they are as text.
const saltSize = 16

var saltLength = base64.RawURLEncoding.EncodedLen(saltSize)

// seal stores the changes of an entry in a row and gives their digests.
func (r *row) seal(changes map[string]Change) ([]digested, error) {
	random := make([]byte, 2*saltSize*len(changes))
	rand.Read(random) // never fails: without randomness the program ends
	kept, sealed, fields := make(values, len(changes)), make(seals, len(changes)), make([]digested, 0, len(changes))
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		change := changes[name]
		kept[name], sealed[name] = map[string]json.RawMessage{}, map[string]string{}
		put := func(side string, value any) (string, error) {
			var salt string
			salt, random = base64.RawURLEncoding.EncodeToString(random[:saltSize]), random[saltSize:]
			if value == nil {
				return "", nil
			}
			raw, err := json.Marshal(value)
			if err != nil {
				return "", fmt.Errorf("failed to encode %s: %w", name, err)
			}
			kept[name][side], sealed[name][side] = raw, salt
			return digest(salt, raw), nil
		}
		from, err := put(sideFrom, change.From)
		if err != nil {
			return nil, err
		}
		to, err := put(sideTo, change.To)
		if err != nil {
			return nil, err
		}
		fields = append(fields, digested{name, from, to})
	}
	return fields, r.store(kept, sealed)
}

func (r *row) store(kept values, sealed seals) error {
	changes, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("failed to encode the changes: %w", err)
	}
	digests, err := json.Marshal(sealed)
	if err != nil {
		return fmt.Errorf("failed to encode the digests: %w", err)
	}
	r.Changes, r.Digests = string(changes), string(digests)
	return nil
}

// load reads the changes of a row. Whatever store would not have written so is refused: a key twice, another spelling.
func (r *row) load() (values, seals, error) {
	var kept values
	var sealed seals
	if err := json.Unmarshal([]byte(r.Changes), &kept); err != nil {
		return nil, nil, fmt.Errorf("changes cannot be read: %w", err)
	}
	if err := json.Unmarshal([]byte(r.Digests), &sealed); err != nil {
		return nil, nil, fmt.Errorf("digests cannot be read: %w", err)
	}
	again := &row{}
	if err := again.store(kept, sealed); err != nil {
		return nil, nil, err
	}
	if again.Changes != r.Changes || again.Digests != r.Digests {
		return nil, nil, fmt.Errorf("changes or digests are not as the program writes them")
	}
	return kept, sealed, nil
}

// unseal gives the digests of a row's changes, and the fields of which a value was erased.
func (r *row) unseal() (fields []digested, blanked []string, err error) {
	kept, sealed, err := r.load()
	if err != nil {
		return nil, nil, err
	}
	if len(kept) != len(sealed) {
		return nil, nil, fmt.Errorf("changes and digests name other fields")
	}
	fields = make([]digested, 0, len(sealed)) // never nil, which would be encoded otherwise
	for _, name := range slices.Sorted(maps.Keys(sealed)) {
		if _, ok := kept[name]; !ok {
			return nil, nil, fmt.Errorf("changes and digests name other fields")
		}
		field := digested{Field: name}
		sides := 0
		for side, target := range map[string]*string{sideFrom: &field.From, sideTo: &field.To} {
			text, isSealed := sealed[name][side]
			value, isKept := kept[name][side]
			switch {
			case !isSealed && !isKept:
				continue
			case strings.HasPrefix(text, erased) && !isKept:
				*target = strings.TrimPrefix(text, erased)
				if !slices.Contains(blanked, name) {
					blanked = append(blanked, name)
				}
			case len(text) == saltLength && isKept:
				*target = digest(text, value)
			default:
				return nil, nil, fmt.Errorf("the value of %s and its seal do not belong together", name)
			}
			sides++
		}
		if sides != len(sealed[name]) {
			return nil, nil, fmt.Errorf("%s has more than two sides", name)
		}
		fields = append(fields, field)
	}
	return fields, blanked, nil
}
