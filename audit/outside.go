package audit

import (
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
var Files = []string{keyFile, keyFile + ".unreadable", headFile, headFile + ".new", restoredFile}

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

// readHead gives the head kept outside; the zero Head where there is none, or none that can be read.
func readHead(dir string) (Head, error) {
	raw, err := os.ReadFile(filepath.Join(dir, headFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Head{}, fmt.Errorf("failed to read the head of the audit log: %w", err)
	}
	var head Head
	if json.Unmarshal(raw, &head) != nil {
		return Head{}, nil
	}
	return head, nil
}

// writeHead keeps the head outside. A reader sees the old one or the new one, never a part.
func writeHead(dir string, head Head) error {
	raw, err := json.Marshal(head)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, headFile)
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
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
