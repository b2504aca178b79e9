package audit

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The files beside the database, never in it and never in a backup: whoever holds a copy of the data can neither forge the
// chain nor hide that its tail was cut.
const (
	keyFile      = "audit.key"
	headFile     = "audit.head"
	restoredFile = "audit.restored" // which backup is being put back, and who asked; gone once the log has said so
)

// Files are the names of what lies beside the database, for backups to leave out.
var Files = []string{keyFile, keyFile + ".unreadable", headFile, restoredFile}

const keySize = 32

// Head is the last entry of the log.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
	At   string `json:"at"`
}

// readKey gives the key of a directory; nil where there is none, or none that is whole.
func readKey(dir string) ([]byte, error) {
	key, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, os.ErrNotExist) || err == nil && len(key) != keySize {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read the key of the audit log: %w", err)
	}
	return key, nil
}

// makeKey makes the key of a directory. What was there and is no key is kept aside.
func makeKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, keyFile)
	if err := os.Rename(path, path+".unreadable"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("failed to put an unreadable key aside: %w", err)
	}
	key := make([]byte, keySize)
	rand.Read(key)
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return nil, fmt.Errorf("failed to write the key of the audit log: %w", err)
	}
	return key, nil
}

// keyID names a key without telling it.
func keyID(key []byte) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:4])
}

// slot is the length of a head in its file, which has two: a head is written over the older one, so that a write cut short
// leaves the other. Writing in place costs a tenth of putting a new file in the place of the old.
const slot = 256

// readHead gives the head kept outside and the slot for the next; the zero Head where there is none, or none that can be read.
func readHead(dir string) (latest Head, next int64, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, headFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Head{}, 0, fmt.Errorf("failed to read the head of the audit log: %w", err)
	}
	for i, line := range bytes.Split(raw, []byte("\n")) {
		var head Head
		sum, content, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		if string(sum) == checksum(content) && json.Unmarshal(content, &head) == nil && head.Seq > latest.Seq {
			latest, next = head, int64(i)+1
		}
	}
	return latest, next, nil
}

// writeHead keeps the head outside, in one of the two slots by turns.
func writeHead(dir string, head Head, turn int64) error {
	content, err := json.Marshal(head)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, headFile), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(fmt.Appendf(nil, "%-*s\n", slot-1, checksum(content)+" "+string(content)), turn%2*slot)
	return errors.Join(err, file.Close())
}

// checksum tells a head from half of one.
func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:4])
}

// Restoring leaves word that a backup is about to be put back, for the log of the restored database to tell. undo takes
// the word back where the backup was not restored after all.
func Restoring(dir, backup string, actor Actor, at string) (undo func() error, err error) {
	who := "the program"
	if actor.ID != "" {
		who = fmt.Sprintf("%s %s from %s", actor.Collection, actor.ID, actor.IP)
	}
	path := filepath.Join(dir, restoredFile)
	word := fmt.Sprintf("backup %s was restored by %s at %s", backup, who, at)
	if err := os.WriteFile(path, []byte(word), 0o600); err != nil {
		return nil, fmt.Errorf("failed to leave word of a restored backup: %w", err)
	}
	return func() error { return os.Remove(path) }, nil
}

// readRestored gives the word that Restoring left, empty where there is none.
func readRestored(dir string) (string, error) {
	word, err := os.ReadFile(filepath.Join(dir, restoredFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("failed to read which backup was restored: %w", err)
	}
	return string(word), nil
}
